/** Wraps text in a colour, or leaves it as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

const code =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001B[${on}m${text}\u001B[${off}m`;

/** Colours of a terminal. */
export const colours: Paint = {
  good: code(32, 39),
  bad: code(31, 39),
  warn: code(33, 39),
  dim: code(2, 22),
  strong: code(1, 22),
};

const same = (text: string): string => text;

/** No colours: for files, pipes and NO_COLOR. */
export const plain: Paint = { good: same, bad: same, warn: same, dim: same, strong: same };

/** Colours on a terminal, unless NO_COLOR (https://no-color.org) is set to anything but the empty string. */
export const paintFor = (
  screen: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint => (screen.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb" ? colours : plain);
