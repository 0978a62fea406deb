import { describe, expect, test } from "vitest";
import { parseDeb822, parseOneLine } from "./archive.ts";
import { packageFileName } from "./download.ts";
import { parsePrintedUris } from "./resolve.ts";

describe("the machine's apt sources", () => {
  test("are read in the deb822 form, disabled ones and source packages left out", () => {
    const text = `Types: deb
# comment
URIs: http://archive/debian
Suites: bookworm bookworm-updates
Signed-By: /k.gpg

Types: deb-src
URIs: http://archive/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://other/debian
Suites: bookworm
`;
    expect(parseDeb822(text)).toEqual([
      { uri: "http://archive/debian", suites: ["bookworm", "bookworm-updates"], signedBy: "/k.gpg" },
    ]);
  });

  test("are read in the one-line form with options", () => {
    expect(
      parseOneLine("# deb x y z\ndeb [arch=amd64 signed-by=/k.gpg] http://archive/debian trixie main\n"),
    ).toEqual([{ uri: "http://archive/debian", suites: ["trixie"], signedBy: "/k.gpg" }]);
  });
});

describe("what apt would download", () => {
  test("is read with versions that hold an epoch", () => {
    const sha256 = "a".repeat(64);
    const [entry] = parsePrintedUris(
      `'http://archive/x.deb' libx_1%3a2.0-1_amd64.deb 12 SHA256:${sha256}\nnoise\n`,
    );
    expect(entry).toEqual({ name: "libx", version: "1:2.0-1", architecture: "amd64", size: 12, sha256 });
    expect(entry === undefined ? "" : packageFileName(entry)).toBe("libx_1%3a2.0-1_amd64.deb");
  });
});
