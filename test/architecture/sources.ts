import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of the checkout, with a slash at the end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository as it stands in the work tree; the path is relative to the root. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Every file that is tracked or about to be: what git lists, minus what .gitignore names. */
export const repositoryPaths = (): readonly string[] =>
  execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((path) => path !== "" && existsSync(root + path));

/** The files of the repository whose path matches. */
export const sources = (pattern: RegExp): readonly Source[] =>
  repositoryPaths()
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readFileSync(root + path, "utf8") }));

/** True for tests, which live by looser rules than the code they test. */
export const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.startsWith("test/");
