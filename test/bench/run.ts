import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";

/** What a file of this folder exports: `npm run bench <file>` runs it. */
export interface Benchmark {
  /** Heading of its section in docs/benchmarks.md. */
  readonly title: string;
  /** Measures and returns the section's text, in Markdown. */
  measure(): Promise<string>;
}

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);
const FORMATTER = new URL("../../node_modules/.bin/oxfmt", import.meta.url).pathname;
const INTRODUCTION = `# Benchmarks

Every section is written by \`npm run bench <name> -- --write\` and says on which machine it was measured.
`;

const names = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && file !== "run.ts")
    .map((file) => file.slice(0, -".ts".length));

const machine = (): string => {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${cpus().length} cores (${model}), ${memory} GiB, Linux ${release()}, Node ${process.version}, load ${load} when done`;
};

/** Replaces the section of that title, or appends it. */
const put = (page: string, title: string, section: string): string => {
  const start = page.indexOf(`\n## ${title}\n`);
  if (start === -1) return `${page.trimEnd()}\n${section}`;
  const next = page.indexOf("\n## ", start + 1);
  return page.slice(0, start) + section.trimEnd() + (next === -1 ? "\n" : `\n${page.slice(next)}`);
};

const main = async (): Promise<void> => {
  const [name, flag] = process.argv.slice(2);
  if (name === undefined || !names().includes(name)) {
    console.error(`usage: npm run bench <name> [-- --write]\nnames: ${names().join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const benchmark = (await import(`./${name}.ts`)) as Benchmark;
  const text = await benchmark.measure();
  const date = new Date().toISOString().slice(0, 10);
  const origin = `\`npm run bench ${name}\`, ${date}: ${machine()}.`;
  const section = `\n## ${benchmark.title}\n\n${text.trim()}\n\n${origin}\n`;
  console.log(section);
  if (flag !== "--write") return;
  writeFileSync(
    PAGE,
    put(existsSync(PAGE) ? readFileSync(PAGE, "utf8") : INTRODUCTION, benchmark.title, section),
  );
  execFileSync(FORMATTER, [PAGE.pathname]);
};

await main();
