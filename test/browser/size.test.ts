import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const built = join(import.meta.dirname, "..", "..", "dist", "renderer");

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

const LIMIT = 400_000;

test("the first load is below 400 kB compressed before any route, in either language", () => {
  const chunks = JSON.parse(readFileSync(join(built, "manifest.json"), "utf8")) as Readonly<
    Record<string, Chunk>
  >;
  const reach = (name: string, seen: Set<string>): Set<string> => {
    const chunk = chunks[name];
    if (chunk === undefined || seen.has(name)) return seen;
    seen.add(name);
    for (const next of chunk.imports ?? []) reach(next, seen);
    return seen;
  };
  const size = (name: string): number => gzipSync(readFileSync(join(built, name)), { level: 9 }).byteLength;
  const entry = Object.keys(chunks).find((name) => chunks[name]?.isEntry === true) ?? "";
  for (const language of ["en", "zh-CN"]) {
    const names = reach(entry, new Set());
    for (const name of Object.keys(chunks)) {
      const antd = language === "en" ? "en_US" : "zh_CN";
      if (name === `i18n/${language}/index.ts` || name.endsWith(`antd/es/locale/${antd}.js`))
        reach(name, names);
    }
    const files = new Set(
      [...names].flatMap((name) => [chunks[name]?.file ?? "", ...(chunks[name]?.css ?? [])]),
    );
    const bytes = [...files].reduce((sum, file) => sum + size(file), size("index.html"));
    console.log(`first load, ${language}: ${(bytes / 1000).toFixed(1)} kB gzip in ${files.size} files`);
    expect(bytes).toBeLessThan(LIMIT);
  }
});
