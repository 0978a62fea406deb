import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";

const FORMATTER = new URL("../../node_modules/.bin/oxfmt", import.meta.url).pathname;

/** The computer a figure was measured on, in one line. */
export const machineLine = (): string => {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${cpus().length} cores (${model}), ${memory} GiB, Linux ${release()}, Node ${process.version}, load ${load} when done`;
};

/** A section of a page, with the command, the day and the computer it comes from. */
export const pageSection = (title: string, text: string, command: string): string => {
  const date = new Date().toISOString().slice(0, 10);
  return `\n## ${title}\n\n${text.trim()}\n\n\`${command}\`, ${date}: ${machineLine()}.\n`;
};

/** Replaces the section of that title in a Markdown page, or appends it. `introduction` begins a page that is not there yet. */
export const writeSection = (
  page: URL,
  introduction: string,
  { title, section }: { readonly title: string; readonly section: string },
): void => {
  const before = existsSync(page) ? readFileSync(page, "utf8") : introduction;
  writeFileSync(page, put(before, title, section));
  execFileSync(FORMATTER, [page.pathname]);
};

const put = (page: string, title: string, section: string): string => {
  const start = page.indexOf(`\n## ${title}\n`);
  if (start === -1) return `${page.trimEnd()}\n${section}`;
  const next = page.indexOf("\n## ", start + 1);
  return page.slice(0, start) + section.trimEnd() + (next === -1 ? "\n" : `\n${page.slice(next)}`);
};
