import { readFile } from "node:fs/promises";
import { TrustFile } from "../../contract/bundle/trust.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { canonicalBytes } from "../../core/bundle/canonical.ts";
import type { TrustFileStore } from "../../core/ports/bundle-trust.ts";
import { problemOf, systemCode } from "./errors.ts";
import { writeAtomically } from "./files.ts";

/** Trusted keys in one file of canonical JSON. A file that cannot be read trusts nobody: it is an error, not an empty list. */
export const trustFileAt = (path: string): TrustFileStore => ({
  load: async () => {
    try {
      return TrustFile.parse(JSON.parse(await readFile(path, "utf8")));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return { schema: 1, keys: [] };
      throw SlipwayError.of("BUNDLE_STORE_BAD", { store: path, problem: problemOf(error) }, { cause: error });
    }
  },
  save: async (file) => writeAtomically(path, canonicalBytes(TrustFile.parse(file))),
});
