import { SlipwayError } from "../contract.ts";
import { commonPasswords } from "./common-passwords.ts";

/** Fewest characters of a password. Long beats odd: no classes of characters are demanded (NIST SP 800-63B, 5.1.1.2). */
export const MINIMUM_PASSWORD = 12;

const plain = (text: string): string => text.normalize("NFKC").toLowerCase();

/** A password without what people add to common ones to please rules: `P@ssw0rd123!` is `password`. */
const bare = (password: string): string =>
  plain(password)
    .replace(/^[^a-z]+|[^a-z]+$/g, "")
    .replaceAll("@", "a")
    .replaceAll("0", "o")
    .replaceAll("$", "s")
    .replaceAll("3", "e");

const isRepeated = (text: string): boolean => /^(.{1,4})\1+.{0,3}$/su.test(text);

const isRun = (text: string): boolean => {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
};

/** Rejects with PASSWORD_SHORT, PASSWORD_LIKE_NAME or PASSWORD_COMMON. Pure. */
export const checkNewPassword = (password: string, user: string): void => {
  const text = plain(password);
  if (Array.from(text).length < MINIMUM_PASSWORD) {
    throw SlipwayError.of("PASSWORD_SHORT", { minimum: MINIMUM_PASSWORD });
  }
  if (user.length > 2 && text.includes(plain(user))) throw SlipwayError.of("PASSWORD_LIKE_NAME", {});
  if (commonPasswords.has(text) || commonPasswords.has(bare(password)) || isRepeated(text) || isRun(text)) {
    throw SlipwayError.of("PASSWORD_COMMON", {});
  }
};
