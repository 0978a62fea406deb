import { globSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What one source file exports, by name. */
export interface LoadedModule {
  /** Path below the root of the repository. */
  readonly path: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Loads every TypeScript module below a folder, tests left out, in the order of their paths. */
export const modulesBelow = async (folder: string): Promise<readonly LoadedModule[]> => {
  const paths = globSync(`${folder}/**/*.ts`, { cwd: root })
    .filter((path) => !path.endsWith(".test.ts"))
    .toSorted();
  return Promise.all(
    paths.map(async (path) => ({
      path,
      exports: (await import(pathToFileURL(root + path).href)) as Readonly<Record<string, unknown>>,
    })),
  );
};
