import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { readIfThere } from "../common/files.ts";
import type { BuilderSettings } from "../common/settings.ts";

/** One archive as a machine's apt is configured for it. */
export interface ArchiveEntry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly signedBy: string | undefined;
}

/** Reads the sources of this machine, in both of apt's formats (sources.list(5)). */
export const configuredArchives = async (etc = "/etc/apt"): Promise<readonly ArchiveEntry[]> => {
  const folder = join(etc, "sources.list.d");
  const names = await readdir(folder).catch(() => []);
  const files = [
    join(etc, "sources.list"),
    ...names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name)),
  ];
  const entries: ArchiveEntry[] = [];
  for (const file of files) {
    const text = (await readIfThere(file)) ?? "";
    if (file.endsWith(".sources")) entries.push(...parseDeb822(text));
    else if (file.endsWith(".list")) entries.push(...parseOneLine(text));
  }
  return entries;
};

/** Sources in the deb822 format. */
export const parseDeb822 = (text: string): readonly ArchiveEntry[] =>
  text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const line of stanza.split("\n").filter((part) => !part.startsWith("#"))) {
      const [, name, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
      if (name !== undefined) fields.set(name.toLowerCase(), value ?? "");
    }
    if (!(fields.get("types") ?? "").split(/\s+/).includes("deb") || fields.get("enabled") === "no")
      return [];
    const suites = (fields.get("suites") ?? "").split(/\s+/).filter(Boolean);
    const signedBy = fields.get("signed-by");
    return (fields.get("uris") ?? "")
      .split(/\s+/)
      .filter(Boolean)
      .map((uri) => ({ uri, suites, signedBy: signedBy === "" ? undefined : signedBy }));
  });

/** Sources in the one-line format. */
export const parseOneLine = (text: string): readonly ArchiveEntry[] =>
  text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (match === null) return [];
    const [, options = "", uri = "", suite = ""] = match;
    return [{ uri, suites: [suite], signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
  });

/**
 * Lines for apt that take `suite` from where this machine takes its own Debian: the same hosts, another suite. A mirror
 * replaces the host. Rejects with BUILD_SOURCE_UNREACHABLE when the machine has no Debian archive configured.
 */
export const sourceLines = async (
  settings: BuilderSettings,
  suite: string,
  areas: readonly string[],
): Promise<readonly string[]> => {
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const line = (entry: Pick<ArchiveEntry, "uri" | "signedBy">, name: string): string =>
    `deb [signed-by=${entry.signedBy ?? keyring}] ${entry.uri} ${name} ${areas.join(" ")}`;
  if (settings.mirrors.apt !== undefined) {
    const uri = settings.mirrors.apt.replace(/\/+$/, "");
    const security = `${uri.replace(/\/debian$/, "")}/debian-security`;
    return [
      line({ uri, signedBy: undefined }, suite),
      line({ uri, signedBy: undefined }, `${suite}-updates`),
      line({ uri: security, signedBy: undefined }, `${suite}-security`),
    ];
  }
  const codename =
    /^VERSION_CODENAME=(\S+)$/m.exec(await readFile("/etc/os-release", "utf8").catch(() => ""))?.[1] ?? suite;
  const entries = await configuredArchives();
  const holding = (ending: string): ArchiveEntry | undefined =>
    entries.find(
      ({ suites }) => suites.includes(`${codename}${ending}`) || suites.includes(`${suite}${ending}`),
    );
  const main = holding("");
  if (main === undefined) {
    throw SlipwayError.of("BUILD_SOURCE_UNREACHABLE", {
      component: suite,
      source: "the Debian archive",
      problem: "this machine's apt has no Debian archive configured (set --mirror apt=ADDRESS)",
    });
  }
  const security = holding("-security");
  return [
    line(main, suite),
    line(holding("-updates") ?? main, `${suite}-updates`),
    ...(security === undefined ? [] : [line(security, `${suite}-security`)]),
  ];
};
