import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { artefacts } from "./artefacts.ts";
import { lintConfig } from "./lint-config.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

for (const { path, render } of artefacts) {
  writeFileSync(root + path, await render());
  console.log(path);
}
writeFileSync(`${root}.oxlintrc.json`, lintConfig());
execFileSync("oxfmt", [".oxlintrc.json"], { cwd: root });
console.log(".oxlintrc.json");
