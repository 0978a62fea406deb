import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Architecture } from "../../installer/contract/bundle/components.ts";
import { bundleBuilders } from "../../installer/adapters/builders/index.ts";
import { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { type BuildReport, buildRelease } from "../../installer/services/bundle-build.ts";

/**
 * Builds components twice, in different folders with empty caches, and compares every manifest. Only what was fetched
 * is shared, as a mirror: Go modules and Debian packages. Ends with 1 when anything differs.
 *
 *   node test/bundle/reproducible.ts [--release 1.37] [--arch amd64] [--against CACHE] [COMPONENT...]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    release: { type: "string", default: "1.37" },
    arch: { type: "string", default: "amd64" },
    /** A cache folder whose finished components are taken as the first build. */
    against: { type: "string" },
  },
});

const shared = process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway");
const images = join(import.meta.dirname, "..", "..", "images");
const architecture = Architecture.parse(values.arch);
const only = positionals.length === 0 ? undefined : positionals;

const buildIn = async (cache: string, recipes: string): Promise<BuildReport> => {
  const store = await BundleStore.open(join(cache, "blobs"));
  const mirrors = cache === shared ? {} : { go: `file://${join(shared, "go", "mod", "cache", "download")}` };
  const builders = await bundleBuilders({ images: recipes, cache, mirrors, env: process.env }, store);
  return buildRelease(builders, {
    release: values.release,
    architectures: [architecture],
    store,
    only,
    by: "reproducible",
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.kind === "ended")
        process.stdout.write(`  ${event.component} ${event.outcome} ${event.seconds.toFixed(1)} s\n`);
    },
  });
};

const fresh = async (name: string): Promise<{ report: BuildReport; folder: string }> => {
  const folder = await mkdtemp(join(tmpdir(), `slipway-${name}-`));
  await cp(images, join(folder, name, "images"), { recursive: true });
  await mkdir(join(folder, "cache", "apt"), { recursive: true });
  await cp(join(shared, "apt", "packages"), join(folder, "cache", "apt", "packages"), {
    recursive: true,
    force: true,
  }).catch(() => undefined);
  process.stdout.write(`building in ${folder} on ${availableParallelism()} cores\n`);
  return { report: await buildIn(join(folder, "cache"), join(folder, name, "images")), folder };
};

const first =
  values.against === undefined
    ? await fresh("one")
    : { report: await buildIn(values.against, images), folder: undefined };
const second = await fresh("a-second-and-longer-name");
const manifests = new Map(first.report.components.map(({ component, manifest }) => [component, manifest]));
const different = second.report.components.filter(
  ({ component, manifest }) => manifests.get(component) !== manifest,
);
for (const { component, manifest } of different) {
  process.stdout.write(`DIFFERENT ${component}: ${manifests.get(component) ?? "none"} and ${manifest}\n`);
}
process.stdout.write(`${first.report.index}\n${second.report.index}\n`);
process.stdout.write(
  different.length === 0 && first.report.index === second.report.index ? "equal\n" : "NOT EQUAL\n",
);
for (const folder of [first.folder, second.folder])
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
process.exitCode = different.length === 0 ? 0 : 1;
