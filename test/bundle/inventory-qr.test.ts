import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type QrCode, qrCode, qrColumns, qrLines, qrPng, qrSvg } from "../../installer/cli/output/qr.ts";
import { inventoryText, makeInventory, readInventory } from "../../installer/core/bundle/inventory.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-qr-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Reads a picture with zbar, which shares nothing with what drew it. */
const scan = (png: Uint8Array): string => {
  const file = join(work, "code.png");
  writeFileSync(file, png);
  const output = execFileSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file], {
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: "disabled:" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output.toString().trim();
};

const inventoryOf = (bundles: number) =>
  makeInventory(
    "site",
    Array.from(
      { length: bundles },
      (_, at) => `sha256:${(at + 10).toString(16).padStart(2, "0").repeat(32)}` as const,
    ),
    [],
  );
const textOf = (bundles: number): string => inventoryText(inventoryOf(bundles)) ?? "";

/** What a terminal shows, as modules again. */
const seen = (lines: readonly string[], lit: "dark" | "light"): QrCode =>
  lines.flatMap((line) => {
    const characters = Array.from(line.replace("\u001b[30;107m", "").replace("\u001b[0m", ""));
    const row = (marks: string): readonly boolean[] =>
      characters.map((character) => marks.includes(character) === (lit === "dark"));
    return [row("█▀"), row("█▄")];
  });

describe("the inventory of a site as a QR code", () => {
  test.each([1, 5])("is read by a scanner and names the %i bundles of the site", (bundles) => {
    const read = scan(qrPng(qrCode(textOf(bundles))));
    expect(readInventory(read, "code").bundles).toEqual(inventoryOf(bundles).bundles);
  });

  test("fits one code up to 51 bundles, and no longer pretends to beyond", () => {
    expect(qrColumns(qrCode(textOf(51)))).toBe(177 + 8);
    expect(inventoryText(inventoryOf(52))).toBeUndefined();
  });

  test("is the same code in a terminal, painted or drawn light on dark", () => {
    const code = qrCode(textOf(1));
    const padded = (rows: QrCode): QrCode => rows.slice(0, code.length);
    expect(padded(seen(qrLines(code, "painted"), "dark"))).toEqual(code);
    expect(padded(seen(qrLines(code, "plain"), "light"))).toEqual(code);
  });

  test("is the same code as SVG", () => {
    const modules = [...qrSvg(qrCode(textOf(2))).matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    const drawn = qrCode(textOf(2)).map((row) => row.map(() => false));
    for (const [x, y] of modules) drawn[y]?.splice(x, 1, true);
    expect(scan(qrPng(drawn))).toBe(textOf(2));
  });
});
