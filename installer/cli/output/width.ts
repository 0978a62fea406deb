import { stripVTControlCharacters } from "node:util";

/**
 * Columns that text takes on a terminal: control sequences and combining marks none, East Asian wide and full-width
 * characters two (Unicode TR11, the ranges W and F that people's names and our texts use).
 */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (!/\p{M}|\u200b|\ufe0f/u.test(character)) width += isWide(code) ? 2 : 1;
  }
  return width;
};

const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const isWide = (code: number): boolean => wideRanges.some(([first, last]) => code >= first && code <= last);

/** Text filled up with spaces to `width` columns. */
export const padded = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)));

/** Text cut to `width` columns, with an ellipsis when something was lost. Expects no control sequences. */
export const clipped = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    const next = displayWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return width > 0 ? `${kept}…` : "";
};
