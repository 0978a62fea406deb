import { SlipwayError } from "../../core/contract.ts";

const codeOf = (thrown: unknown): string =>
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

/** A fault of SQLite or of the file system as one of the journal's errors; errors of the catalogue pass unchanged. */
export const journalFault = (thrown: unknown, file: string): SlipwayError => {
  if (thrown instanceof SlipwayError) return thrown;
  if (isFull(thrown)) return SlipwayError.of("JOURNAL_FULL", { file }, { cause: thrown });
  const code = codeOf(thrown);
  const problem = code === "" ? problemOf(thrown) : `${problemOf(thrown)} (${code})`;
  return SlipwayError.of("JOURNAL_WRITE_FAILED", { file, problem }, { cause: thrown });
};
