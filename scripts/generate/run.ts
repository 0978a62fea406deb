import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { artefacts } from "./artefacts.ts";
import { lintConfig } from "./lint-config.ts";
import { architecturePage } from "./rule-section.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

for (const { path, render } of artefacts) {
  writeFileSync(root + path, await render());
  console.log(path);
}

/** Files that are written by hand but for one part; the formatter lays them out. */
const parts = [
  { path: ".oxlintrc.json", render: lintConfig },
  { path: "docs/architecture.md", render: architecturePage },
];
for (const { path, render } of parts) {
  writeFileSync(root + path, render());
  execFileSync("oxfmt", [path], { cwd: root });
  console.log(path);
}
