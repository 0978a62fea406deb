import { SlipwayError } from "../../core/contract.ts";
import { codeOf, isFull, problemOf } from "./sqlite-faults.ts";

/** A fault of SQLite or of the file system as one of the journal's errors; errors of the catalogue pass unchanged. */
export const journalFault = (thrown: unknown, file: string): SlipwayError => {
  if (thrown instanceof SlipwayError) return thrown;
  if (isFull(thrown)) return SlipwayError.of("JOURNAL_FULL", { file }, { cause: thrown });
  const code = codeOf(thrown);
  const problem = code === "" ? problemOf(thrown) : `${problemOf(thrown)} (${code})`;
  return SlipwayError.of("JOURNAL_WRITE_FAILED", { file, problem }, { cause: thrown });
};
