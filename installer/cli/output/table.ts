import { displayWidth, padded } from "./width.ts";

/**
 * Rows as aligned columns, two spaces apart; the last one is not filled up. Widths are those of a terminal, so that
 * Chinese and English rows stand under one another.
 */
export const tableLines = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ""))));
  return all.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
};
