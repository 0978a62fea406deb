import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { AptSet, ComponentsFile, GoGroup, ReleaseFile } from "../../installer/contract/bundle/components.ts";
import { ComponentsLock } from "../../installer/contract/bundle/lock.ts";
import { describeSource } from "../../installer/core/bundle/components/preference.ts";
import { resolveRelease } from "../../installer/core/bundle/components/release.ts";
import { generatedNote, page, table } from "./markdown.ts";

const images = fileURLToPath(new URL("../../images/", import.meta.url));
const read = (path: string): unknown => parse(readFileSync(images + path, "utf8"));

/** docs/components.schema.json: the files below images/, for editors and for programs that check them. */
export const componentsSchema = (): string =>
  `${JSON.stringify(
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Recipes of Slipway bundles",
      $comment:
        "Refer to one of $defs: components.yaml, releases/*.yaml, go/*/build.yaml, apt/*.yaml, components.lock",
      $defs: Object.fromEntries(
        Object.entries({ ComponentsFile, ReleaseFile, GoGroup, AptSet, ComponentsLock }).map(
          ([name, schema]) => [name, z.toJSONSchema(schema, { io: "input" })],
        ),
      ),
    },
    null,
    2,
  )}\n`;

/** How to work with the recipes; the same for every release. */
const guide = [
  "## Adding a component",
  `1. **A Go program**: make a folder \`images/go/NAME\` with a \`go.mod\` that requires the module and names its main packages as \`tool\`, run \`go mod tidy\` there once, and commit \`go.mod\` and \`go.sum\`; a build never tidies. \`build.yaml\` beside it maps program names to import paths and holds tags, link variables and the CPU seconds and megabytes the estimate counts with. One folder a product: the dependencies of two products conflict.
2. **Debian packages**: write \`images/apt/NAME.yaml\` with a suite and the packages wanted, then lock it (below).
3. Put an entry into \`images/components.yaml\`: name, kind (\`image\`, \`file\`, \`packages\`), version as a variable of the release, licence, home page, description in both languages, and sources in the order to try them.
4. Give the variable a value in every file of \`images/releases/\`.
5. \`slipway bundle build --release 1.37 --only NAME\` builds it alone. \`node test/bundle/reproducible.ts NAME\` builds it twice, in different folders with empty caches, and ends with 1 when a byte differs.
6. \`npm run generate\` writes this page anew. Editors check the files against [components.schema.json](components.schema.json).`,
  "## Updating the lock",
  `\`slipway bundle lock --update NAME\` resolves a set, a component or a single address anew, prints what changed and writes nothing when anything fails; \`--update all\` takes every set of Debian packages. Content that others publish (\`oci\`, \`url\`, \`npm\`, \`maven\`, \`pypi\`) is recorded by the machine that first sees it and not accepted changed afterwards. A locked package that the archive has dropped ends a build with \`BUILD_PACKAGE_GONE\`, which names the set to update: archives keep old versions only for a while, and the cache folder keeps what was fetched.`,
  "## What a build takes",
  table(
    ["Go group", "CPU seconds, cold", "download, MB"],
    readdirSync(`${images}go`)
      .toSorted()
      .map((name) => {
        const { cpuSeconds, downloadMegabytes } = GoGroup.parse(read(`go/${name}/build.yaml`));
        return [name, String(cpuSeconds), String(downloadMegabytes)];
      }),
  ),
  `The wall time is about half of that on two quiet cores. Packing costs a CPU second for about 7 MB of content and runs for one file or layer at a time, beside the compilers: a compressor holds 50 MB. The engine's own memory does not grow with what is packed; compilers and linkers take up to 0.9 GB each. A finished program, a packed layer and a finished component are each kept by what they are made from (sources, toolchain, flags, lock entries, compressor), so a build that was ended at any moment goes on with them; the programs it had started end with it.`,
  "## Limits",
  `- Release 1.37 is built whole for amd64 and, on amd64 with the cross compiler that \`scripts/setup arm64\` brings, for arm64; no arm64 program has been run.
- A program that is partly C (runc, and flannel on amd64) is equal byte for byte only under the same release of gcc and binutils; both are part of its key. On a fresh Debian, \`gcc\` and \`pkg-config\` are needed; headers and libraries come from the locked set \`cgo\`.
- Upstream's image registries and download hosts cannot be reached from where this is built: these sources are tested against a local registry and file server. npm, Maven, pip and apt are tested against real registries (\`test/lab/bundle-sources.test.ts\`). Maven sources need a mirror, from \`~/.m2/settings.xml\` or \`--mirror maven=ADDRESS\`.
- Maintainer scripts of Debian packages do not run in images. \`dig\` in the debug image needs \`/dev\`, which every container runtime fills; in a chroot without it it aborts.`,
] as const;

/** docs/components.md: what each release holds and where it comes from. */
export const componentsPage = (): string => {
  const file = ComponentsFile.parse(read("components.yaml"));
  const names = readdirSync(`${images}releases`).toSorted((a, b) => (a < b ? 1 : -1));
  const sections = names.flatMap((name) => {
    const release = resolveRelease(file, ReleaseFile.parse(read(`releases/${name}`)), {
      architecture: "amd64",
    });
    const rows = release.components.map((component) => [
      component.name,
      component.version,
      component.kind === "image" ? `image \`${component.image.name}\`` : component.kind,
      component.licence,
      component.description.en + (component.note === undefined ? "" : ` (${component.note})`),
      component.sources.map((source, at) => `${at + 1}. ${describeSource(source)}`).join(" "),
    ]);
    return [
      `## Release ${release.name}`,
      table(["component", "version", "kind", "licence", "what it is", "sources in order"], rows),
    ];
  });
  return page([
    generatedNote("images/"),
    "# Components of a bundle",
    "Everything a release holds, as `images/components.yaml` and `images/releases/` say it. Versions of Debian packages and digests of what others publish stand in `images/components.lock`.",
    ...guide,
    ...sections,
  ]);
};
