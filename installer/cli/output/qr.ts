import { crc32, deflateSync } from "node:zlib";
import { encode } from "uqr";

/** A QR code with its quiet zone: rows of modules, true where it is dark. */
export type QrCode = readonly (readonly boolean[])[];

/** Light modules that must surround a code (ISO/IEC 18004, 9.1). */
const QUIET = 4;
/** Pixels of a module in a picture: a phone reads it from a screen and from paper. */
const SCALE = 8;

/** The code for a text, with error correction level M: a seventh of it may be smudged. */
export const qrCode = (text: string): QrCode => encode(text, { ecc: "M", border: QUIET }).data;

/** How many columns a terminal must have. */
export const qrColumns = (code: QrCode): number => code[0]?.length ?? 0;

const halves = { "true true": "█", "true false": "▀", "false true": "▄", "false false": " " } as const;

/**
 * The code for a terminal, two rows a line. `painted` sets black on white by escape sequences, whatever the terminal's
 * colours are; without it light modules are drawn, which is right on a dark background only.
 */
export const qrLines = (code: QrCode, style: "painted" | "plain"): readonly string[] => {
  const lines: string[] = [];
  for (let row = 0; row < code.length; row += 2) {
    const [upper = [], lower = []] = [code[row], code[row + 1]];
    const line = upper.map((dark, column) => {
      const below = lower[column] ?? false;
      return style === "painted" ? halves[`${dark} ${below}`] : halves[`${!dark} ${!below}`];
    });
    lines.push(style === "painted" ? `\u001b[30;107m${line.join("")}\u001b[0m` : line.join(""));
  }
  return lines;
};

/** The code as a picture of vectors. */
export const qrSvg = (code: QrCode): string => {
  const size = qrColumns(code);
  const path = code.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * SCALE}" height="${size * SCALE}" shape-rendering="crispEdges">`,
    `<rect width="${size}" height="${size}" fill="#fff"/><path d="${path.join("")}"/></svg>\n`,
  ].join("");
};

/** The code as a picture of pixels: PNG (RFC 2083), one bit each. */
export const qrPng = (code: QrCode): Uint8Array => {
  const size = qrColumns(code) * SCALE;
  const rowBytes = Math.ceil(size / 8);
  const pixels = Buffer.alloc((rowBytes + 1) * size, 0xff);
  for (let y = 0; y < size; y += 1) {
    const start = y * (rowBytes + 1);
    pixels[start] = 0;
    for (const [x, dark] of (code[Math.floor(y / SCALE)] ?? []).entries()) {
      // A module is exactly one byte of eight pixels.
      if (dark) pixels[start + 1 + x] = 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};
