import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AptSet, Architecture } from "../../../contract/bundle/components.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { type CommandOutput, runCommand } from "../common/command.ts";
import { readIfThere } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";
import { sourceLines } from "./archive.ts";

/** An apt of its own for one suite and architecture: own lists and state, the machine's proxies and keys. */
export interface AptRoot {
  /** Runs a program of apt, such as apt-get, in this root. */
  run(argv: readonly [string, ...string[]], options: AptRunOptions): Promise<CommandOutput>;
  /** Fetches the package lists when there are none, or when `always`. */
  update(options: { signal: AbortSignal; always: "always" | "if-absent" }): Promise<void>;
}

/** How one run of apt is bounded. */
export interface AptRunOptions {
  readonly component: string;
  readonly signal: AbortSignal;
  readonly cwd?: string;
  readonly expect?: readonly number[];
  readonly onLine?: (line: string) => void;
}

/** Makes the folder of a root and its configuration; nothing is fetched yet. */
export const openAptRoot = async (
  settings: BuilderSettings,
  { suite, areas, architecture }: { suite: string; areas: AptSet["areas"]; architecture: Architecture },
): Promise<AptRoot> => {
  const further = areas.filter((area) => area !== "main").map((area) => `-${area}`);
  const folder = cacheFolder(settings, "apt", "roots", [suite, "-", architecture, ...further].join(""));
  await mkdir(join(folder, "state", "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  await writeFile(join(folder, "status"), "");
  const lines = await sourceLines(settings, suite, areas);
  const changed = (await readIfThere(join(folder, "sources.list"))) !== lines.join("\n");
  await writeFile(join(folder, "sources.list"), lines.join("\n"));
  await writeFile(join(folder, "apt.conf"), configuration(folder, architecture));
  const run: AptRoot["run"] = ([program, ...args], options) =>
    runCommand([program, "-c", join(folder, "apt.conf"), ...args], {
      component: options.component,
      signal: options.signal,
      env: { ...settings.env, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
      remedy: "the Debian package apt",
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      ...(options.expect === undefined ? {} : { expect: options.expect }),
    });
  let updated: Promise<void> | undefined;
  const fetchLists = async (signal: AbortSignal): Promise<void> => {
    const component = `package lists of ${suite}`;
    const { code, stderr } = await run(["apt-get", "update", "-q"], { component, signal, expect: [0, 100] });
    if (code === 0 && !/^(?:W|E): Failed to fetch/m.test(stderr)) {
      await writeFile(join(folder, "updated"), "");
      return;
    }
    const problem = stderr.split("\n").find((text) => /^(?:E|W|Err)/.test(text)) ?? stderr.trim();
    throw SlipwayError.of(
      "BUILD_SOURCE_UNREACHABLE",
      {
        component,
        source: "the Debian archive",
        problem: problem.replaceAll(/\/\/[^/@\s]*@/g, "//").slice(0, 300),
      },
      { detail: stderr },
    );
  };
  return {
    run,
    update: async ({ signal, always }) => {
      const present =
        !changed &&
        (await stat(join(folder, "updated")).then(
          () => true,
          () => false,
        ));
      if (always === "if-absent" && present && updated === undefined) return;
      updated ??= fetchLists(signal).catch((thrown: unknown) => {
        updated = undefined;
        throw thrown;
      });
      await updated;
    },
  };
};

/** Read after the machine's own configuration, so proxies and credentials stay and everything else points in here. */
const configuration = (folder: string, architecture: Architecture): string =>
  `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
APT::Architecture "${architecture}";
APT::Architectures "${architecture}";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
Acquire::Retries "3";
Dir::State "${folder}/state";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
Dir::Cache::archives "archives";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
`;
