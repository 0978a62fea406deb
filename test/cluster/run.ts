import { readdirSync } from "node:fs";
import { pageSection, writeSection } from "../support/page-section.ts";

/** What a file of this folder exports: `npm run test:cluster -- <file> [-- --write] [arguments]` runs it on a real cluster. */
export interface ClusterSuite {
  /** Heading of its section in docs/reliability.md. */
  readonly title: string;
  /**
   * Does what it says to a cluster of the lab and returns the section's text, in Markdown. Rejects, or sets the process's
   * exit code, when the cluster did not stand it.
   */
  run(args: readonly string[]): Promise<string>;
}

const PAGE = new URL("../../docs/reliability.md", import.meta.url);

const names = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && file !== "run.ts")
    .map((file) => file.slice(0, -".ts".length));

const main = async (): Promise<void> => {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || !names().includes(name)) {
    console.error(`usage: npm run test:cluster -- <name> [--write]\nnames: ${names().join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const { title, run } = (await import(`./${name}.ts`)) as ClusterSuite;
  const args = rest.filter((word) => word !== "--write");
  const text = await run(args);
  const section = pageSection(title, text, ["npm run test:cluster --", name, ...args].join(" "));
  console.log(section);
  if (rest.includes("--write") && !process.exitCode) {
    writeSection(PAGE, "# Reliability\n", { title, section });
  }
};

await main();
