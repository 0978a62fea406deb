import { readdirSync } from "node:fs";
import { pageSection, writeSection } from "../support/page-section.ts";

/** What a file of this folder exports: `npm run bench <file>` runs it. */
export interface Benchmark {
  /** Heading of its section in docs/benchmarks.md. */
  readonly title: string;
  /** Measures and returns the section's text, in Markdown. */
  measure(): Promise<string>;
}

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);
const INTRODUCTION = `# Benchmarks

Every section is written by \`npm run bench <name> -- --write\` and says on which machine it was measured.
`;

const names = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && file !== "run.ts")
    .map((file) => file.slice(0, -".ts".length));

const main = async (): Promise<void> => {
  const [name, flag] = process.argv.slice(2);
  if (name === undefined || !names().includes(name)) {
    console.error(`usage: npm run bench <name> [-- --write]\nnames: ${names().join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const { title, measure } = (await import(`./${name}.ts`)) as Benchmark;
  const section = pageSection(title, await measure(), `npm run bench ${name}`);
  console.log(section);
  if (flag === "--write") writeSection(PAGE, INTRODUCTION, { title, section });
};

await main();
