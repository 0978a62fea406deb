import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { readTarHeader, TAR_TRAILER_BYTES, tarHeader, tarPadding } from "./tar.ts";

describe("the tar header", () => {
  test("is one that tar itself lists", () => {
    const archive = Buffer.concat([
      tarHeader("blobs/sha256/abc", 3),
      Buffer.from("abc"),
      Buffer.alloc(tarPadding(3)),
      Buffer.alloc(TAR_TRAILER_BYTES),
    ]);
    const listing = execFileSync("tar", ["-tv", "--utc", "--numeric-owner"], { input: archive }).toString();
    expect(listing).toMatch(/^-rw-r--r-- 0\/0 +3 1970-01-01 00:00 blobs\/sha256\/abc\n$/);
  });

  test("carries sizes beyond 8 GiB", () => {
    for (const size of [0, 8 ** 11 - 1, 8 ** 11, 2 ** 40]) {
      expect(readTarHeader(tarHeader("x", size))).toMatchObject({
        size,
        checksumFits: true,
        name: "x",
        type: "0",
      });
    }
  });
});
