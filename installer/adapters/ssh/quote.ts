/** Linux refuses a single argument over 128 KiB (MAX_ARG_STRLEN), and a login shell gets its command as one. */
export const MAX_COMMAND_BYTES = 120 * 1024;

const harmless = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * One word for a POSIX shell (sh, bash, dash, ksh, zsh): inside single quotes nothing is special but the quote itself.
 * Throws on NUL, which no argument can hold.
 */
export const quoteWord = (word: string): string => {
  if (word.includes("\0")) throw new TypeError("an argument cannot hold a NUL byte");
  return harmless.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
};

/** A command line that a POSIX shell splits back into exactly `argv`. */
export const quoteArgv = (argv: readonly string[]): string => argv.map(quoteWord).join(" ");
