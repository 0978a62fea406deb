import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const OWN = "installer/core/bundle/components/code-digests.ts";

/** Code that decides what stands in manifests and SBOMs. Whole folders, so that a new file counts by itself. */
const DESCRIBING = [
  "installer/core/bundle/components",
  "installer/services/bundle-build",
  "installer/adapters/builders",
];
/** Code that decides about the bytes of a layer. */
const LAYERING = ["installer/adapters/builders/image", "installer/adapters/builders/apt/unpack.ts"];
/** Code that decides about the bytes of the node OS. */
const NODE_OS = ["installer/adapters/builders/system", "installer/adapters/builders/node-os"];

/** Code that decides about the bytes of the installer of blank machines. */
const INSTALLER = ["installer/adapters/builders/system", "installer/adapters/builders/installer"];

/** Constants for cache keys: another digest, and what older code made is made anew. */
export const codeDigests = (): string => `/**
 * Digest of the code that makes manifests, SBOMs and licences, part of every component's cache key. Written by
 * \`npm run generate\` from the files themselves, so that no change of them can be forgotten; a test compares.
 */
export const DESCRIBING_CODE = "${digestOf(DESCRIBING)}";

/** The same for the code that lays out the archives of image layers: what it covers costs minutes to pack again. */
export const LAYERING_CODE = "${digestOf(LAYERING)}";

/** The same for the code that makes the node OS, which takes minutes too. */
export const NODE_OS_CODE = "${digestOf(NODE_OS)}";

/** The same for the code that makes the installer of blank machines. */
export const INSTALLER_CODE = "${digestOf(INSTALLER)}";
`;

const digestOf = (paths: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(sourcesBelow).toSorted()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 32);
};

const sourcesBelow = (path: string): readonly string[] =>
  path.endsWith(".ts")
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
        .map((name) => `${path}/${name}`)
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== OWN);
