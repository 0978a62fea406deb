import { SlipwayError } from "../../contract/errors/index.ts";

/** Least size of a part: smaller ones would mean thousands of files. */
export const MIN_PART_BYTES = 2 ** 16;

/** Name of one part: `<file>.003-of-012`. The name alone tells what else belongs to it. */
export const partName = (file: string, part: number, total: number): string => {
  const width = Math.max(3, String(total).length);
  return `${file}.${String(part).padStart(width, "0")}-of-${String(total).padStart(width, "0")}`;
};

const PART = /^(?<file>.+)\.(?<part>\d{3,})-of-(?<total>\d{3,})$/;

/** What a path says about itself, or undefined when it is not the name of a part. */
export const readPartName = (path: string): { file: string; part: number; total: number } | undefined => {
  const found = PART.exec(path.slice(path.lastIndexOf("/") + 1))?.groups;
  if (found === undefined) return undefined;
  return { file: found["file"] ?? "", part: Number(found["part"]), total: Number(found["total"]) };
};

/**
 * Puts parts, given in any order, into theirs. Rejects with BUNDLE_PART_MISSING (naming the first that lacks),
 * BUNDLE_PART_DOUBLED or BUNDLE_PART_FOREIGN. A single path that is not a part stands for itself.
 */
export const orderParts = (paths: readonly string[]): { name: string; paths: readonly string[] } => {
  const [only] = paths;
  if (only === undefined) throw SlipwayError.of("BUNDLE_SOURCE_MISSING", { file: "" });
  const first = readPartName(only);
  if (first === undefined) {
    const foreign = paths[1];
    if (foreign === undefined) return { name: only, paths };
    throw SlipwayError.of("BUNDLE_PART_FOREIGN", { file: foreign, bundle: only });
  }
  const placed = new Map<number, string>();
  for (const path of paths) {
    const name = readPartName(path);
    const fits = name?.file === first.file && name.total === first.total && name.part >= 1;
    if (!fits || name.part > first.total) {
      throw SlipwayError.of("BUNDLE_PART_FOREIGN", { file: path, bundle: first.file });
    }
    const earlier = placed.get(name.part);
    if (earlier !== undefined) {
      throw SlipwayError.of("BUNDLE_PART_DOUBLED", { part: name.part, first: earlier, second: path });
    }
    placed.set(name.part, path);
  }
  const ordered: string[] = [];
  for (let part = 1; part <= first.total; part += 1) {
    const path = placed.get(part);
    if (path === undefined) {
      throw SlipwayError.of("BUNDLE_PART_MISSING", {
        part,
        total: first.total,
        name: partName(first.file, part, first.total),
      });
    }
    ordered.push(path);
  }
  return { name: first.file, paths: ordered };
};
