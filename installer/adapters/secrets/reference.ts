import { open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { SlipwayError } from "../../core/contract.ts";

/** A secret's name, as SecretRef has it. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** No key or password is larger; a device or a log named by mistake is. */
const LARGEST_FILE = 1024 * 1024;

/** What a reference points to. */
export type Target = { readonly name: string } | { readonly file: string };

/** Checks a name; throws SECRET_REFERENCE_INVALID. */
export const checkName = (name: string): string => {
  if (!NAME.test(name) || name.length > 200) {
    throw SlipwayError.of("SECRET_REFERENCE_INVALID", { reference: name });
  }
  return name;
};

/** Takes `secret:name` or `file:/path` apart; throws SECRET_REFERENCE_INVALID. */
export const parseReference = (reference: string): Target => {
  if (reference.startsWith("secret:")) return { name: checkName(reference.slice("secret:".length)) };
  const file = reference.slice("file:".length);
  if (reference.startsWith("file:") && isAbsolute(file)) return { file };
  // Somebody may have written the secret itself where a reference belongs: do not repeat it.
  throw SlipwayError.of("SECRET_REFERENCE_INVALID", {
    reference: reference.startsWith("file:") ? reference : "***",
  });
};

/** A secret kept in a file. A single line loses its line end, which editors add; keys of several lines keep theirs. */
export const readSecretFile = async (file: string): Promise<string> => {
  const refuse = (problem: string, cause?: unknown): SlipwayError =>
    SlipwayError.of("SECRET_FILE_UNREADABLE", { file, problem }, { cause });
  let content: string;
  try {
    const handle = await open(file, "r");
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw refuse("it is not a file");
      if (found.size > LARGEST_FILE) throw refuse("it is larger than 1 MiB");
      content = await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  const line = content.replace(/\r?\n$/, "");
  return line.includes("\n") ? content : line;
};
