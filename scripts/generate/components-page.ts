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
    ...sections,
  ]);
};
