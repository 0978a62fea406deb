import { SlipwayError } from "../../contract/errors/index.ts";

/** Code of a system error such as ENOSPC, or an empty string. */
export const systemCode = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : "";

/** First line of whatever was thrown. */
export const problemOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** Turns a failure to write into the catalogue's words; what is already in them passes unchanged. */
export const writeFailure = (error: unknown, folder: string, item: string): SlipwayError => {
  if (error instanceof SlipwayError) return error;
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return SlipwayError.of("BUNDLE_DISK_FULL", { folder, item }, { cause: error });
  }
  if (code === "ABORT_ERR") return SlipwayError.of("CANCELLED", {}, { cause: error });
  return SlipwayError.of(
    "BUNDLE_STORE_UNWRITABLE",
    { store: folder, problem: problemOf(error) },
    { cause: error },
  );
};

/** Rejects with CANCELLED once the operator has given up. */
export const throwIfCancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw SlipwayError.of("CANCELLED", {});
};
