import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import type { Source } from "./sources.ts";

/** Files of the shell that run beside a page: nothing of Node is within their reach. */
const PAGE_SIDE = new Set(["electron/preload.ts", "electron/channel.ts"]);

const forbidden = (from: string, specifier: string): boolean => {
  if (specifier === "electron") return false;
  if (isBuiltin(specifier)) return PAGE_SIDE.has(from);
  if (!specifier.startsWith(".")) return true;
  const target = posix.join(posix.dirname(from), specifier);
  return !/^(electron|installer\/contract)\//.test(target);
};

/** One sentence for every import of a file of the desktop shell that is neither Electron, Node, the contract nor its own. */
export const shellViolations = ({ path, text }: Source): readonly string[] =>
  importsOf(text)
    .filter((specifier) => forbidden(path, specifier))
    .map((specifier) => `${path} imports ${specifier}`);
