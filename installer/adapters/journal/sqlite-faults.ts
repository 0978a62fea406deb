// Free of the error catalogue, so that the copying thread loads in a few milliseconds.

/** Stable code of a fault of SQLite or of the system; empty when it has none. */
export const codeOf = (thrown: unknown): string =>
  typeof thrown === "object" && thrown !== null && "code" in thrown ? String(thrown.code) : "";

/** What a thrown value says, for a person. */
export const problemOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** SQLite and the file system, saying that there is no space. SHMSIZE: the shared-memory index could not grow. */
export const isFull = (thrown: unknown): boolean =>
  ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"].includes(codeOf(thrown));

/** SQLite, saying that the file's content makes no sense. */
export const isCorrupt = (thrown: unknown): boolean => {
  const code = codeOf(thrown);
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
};
