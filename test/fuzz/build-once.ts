/** Builds a few components and prints the index; the fuzzer kills it. Arguments: cache folder, release, components. */
import { join } from "node:path";
import { bundleBuilders } from "../../installer/adapters/builders/index.ts";
import { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { buildRelease } from "../../installer/services/bundle-build.ts";

const [cache = "", release = "", ...only] = process.argv.slice(2);
const images = join(import.meta.dirname, "..", "..", "images");
const store = await BundleStore.open(join(cache, "blobs"));
const builders = await bundleBuilders({ images, cache, mirrors: {}, env: process.env }, store);
process.stdout.write("ready\n");
const report = await buildRelease(builders, {
  release,
  architectures: ["amd64"],
  store,
  only,
  by: "fuzz",
  signal: new AbortController().signal,
  onEvent: (event) => {
    if (event.kind === "begun" || event.kind === "ended")
      process.stdout.write(`${event.kind} ${event.component}\n`);
  },
});
process.stdout.write(`index ${report.index}\n`);
