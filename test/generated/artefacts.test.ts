import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { artefacts } from "../../scripts/generate/artefacts.ts";

test.each(artefacts)("$path is what `npm run generate` makes of the code", async ({ path, render }) => {
  const committed = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  expect(await render()).toBe(committed);
});
