import { matchesGlob } from "node:path";
import type { Architecture, AptSet } from "../../../contract/bundle/components.ts";
import type { LockedPackage } from "../../../contract/bundle/lock.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { type BuilderSettings } from "../common/settings.ts";
import { type AptRoot, openAptRoot } from "./root.ts";

/** Resolves a set anew against the archive: the packages with everything they depend on, in name order. */
export const resolveSet = async (
  settings: BuilderSettings,
  {
    name,
    set,
    architecture,
    signal,
  }: { name: string; set: AptSet; architecture: Architecture; signal: AbortSignal },
): Promise<readonly LockedPackage[]> => {
  const root = await openAptRoot(settings, { suite: set.suite, areas: set.areas, architecture });
  await root.update({ signal, always: "always" });
  const component = `apt set ${name}`;
  const base = set.base === undefined ? [] : await minimalSystem(root, { component, signal });
  const wanted = await install(root, [...set.packages, ...base], { component, signal });
  const assumed =
    set.assumes === "nothing"
      ? []
      : await install(root, await minimalSystem(root, { component, signal }), { component, signal });
  const needless = set.packages.find((named) => assumed.some((entry) => entry.name === named));
  if (needless !== undefined) {
    throw SlipwayError.of("BUILD_RECIPE_INVALID", {
      file: `images/apt/${name}.yaml`,
      count: 1,
      problem: `every Debian has ${needless} already: leave it out`,
    });
  }
  const left = new Set([...set.without, ...assumed.map((entry) => entry.name)]);
  const keep = set.keep ?? ["*"];
  return wanted
    .filter(({ name }) => !left.has(name) && (set.dependencies === "all" || set.packages.includes(name)))
    .filter(({ name }) => keep.some((glob) => matchesGlob(name, glob)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

interface Run {
  readonly component: string;
  readonly signal: AbortSignal;
}

const install = async (
  root: AptRoot,
  packages: readonly string[],
  run: Run,
): Promise<readonly LockedPackage[]> => {
  const { code, stdout, stderr } = await root.run(
    ["apt-get", "install", "--print-uris", "-qq", "--yes", "--no-install-recommends", "--", ...packages],
    { ...run, expect: [0, 100] },
  );
  if (code !== 0) {
    const problem = stderr.split("\n").find((line) => line.startsWith("E:")) ?? stderr.trim();
    throw SlipwayError.of(
      "BUILD_SOURCE_INVALID",
      { component: run.component, source: "the Debian archive", problem },
      { detail: stderr },
    );
  }
  return parsePrintedUris(stdout);
};

/** Reads `apt-get --print-uris`: 'URI' file size SHA256:digest, where a colon in a version stands as %3a. */
export const parsePrintedUris = (output: string): readonly LockedPackage[] =>
  output.split("\n").flatMap((line) => {
    const match = /^'[^']*' ([^\s_]+)_([^\s_]+)_([^\s_]+)\.deb (\d+) SHA256:([0-9a-f]{64})$/.exec(
      line.trim(),
    );
    if (match === null) return [];
    const [, name = "", version = "", architecture = "", size = "0", sha256 = ""] = match;
    return [{ name, version: decodeURIComponent(version), architecture, size: Number(size), sha256 }];
  });

/** What every installed Debian has: essential and required packages, and apt itself (Debian policy 2.5 and 3.8). */
const minimalSystem = async (root: AptRoot, run: Run): Promise<readonly string[]> => {
  const names = new Set(["apt", "debian-archive-keyring"]);
  let current = "";
  // The list has tens of megabytes: read line by line, keep names only.
  const onLine = (line: string): void => {
    if (line.startsWith("Package: ")) current = line.slice("Package: ".length);
    else if (line === "Priority: required" || line === "Essential: yes") names.add(current);
  };
  await root.run(["apt-cache", "dumpavail"], { ...run, onLine });
  return [...names].toSorted();
};
