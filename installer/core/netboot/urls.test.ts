import { describe, expect, test } from "vitest";
import { bootFor } from "./loaders.ts";
import { byteRange, machineUrl, parseBootPath, publicUrl } from "./urls.ts";

const token = "AAAAAAAAAAAAAAAAAAAAAA";

describe("URLs of the boot server", () => {
  test("tell a machine's own files from everybody's", () => {
    expect(parseBootPath(new URL(machineUrl("http://a", token, "boot.ipxe")).pathname)).toEqual({
      kind: "machine",
      token,
      path: "boot.ipxe",
    });
    expect(parseBootPath(new URL(publicUrl("http://a", "x/y.efi")).pathname)).toEqual({
      kind: "public",
      path: "x/y.efi",
    });
    expect(parseBootPath("//b//x%20y?query=1")).toEqual({ kind: "public", path: "/x y" });
  });

  test.each(["/", "/m/short/x", `/m/${token}`, `/m/${token}/`, "/other", "/b/", "/b/%zz", "/b/%ff"])(
    "%j is none of ours",
    (path) => expect(parseBootPath(path)).toBeUndefined(),
  );
});

describe("ranges of bytes", () => {
  test.each([
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=-1000", { start: 0, end: 99 }],
    ["bytes=50-1000", { start: 50, end: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=9-5", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=-", undefined],
    ["bytes=0-1,3-4", undefined],
    ["lines=1-2", undefined],
    [undefined, undefined],
  ])("%j of 100 bytes", (header, expected) => expect(byteRange(header, 100)).toEqual(expected));
});

describe("the next step of a boot", () => {
  const loaders = {
    tftp: { bios: "undionly.kpxe", "efi-x64": "snponly.efi" },
    http: { "efi-x64": "http://a/b/snponly.efi" },
    script: "http://a/m/x/boot.ipxe",
  };
  const client = { mac: "52:54:00:00:00:01", uuid: undefined };

  test("is a loader for firmware, the script for iPXE and nothing for a system", () => {
    expect(bootFor({ ...client, kind: "pxe", platform: "bios" }, loaders)).toEqual({
      file: "undionly.kpxe",
      via: "tftp",
    });
    expect(bootFor({ ...client, kind: "http", platform: "efi-x64" }, loaders)).toEqual({
      file: "http://a/b/snponly.efi",
      via: "http",
    });
    expect(bootFor({ ...client, kind: "ipxe", platform: "bios" }, loaders)).toEqual({
      file: loaders.script,
      via: "http",
    });
    expect(bootFor({ ...client, kind: "system", platform: "unknown" }, loaders)).toBe("none");
  });

  test("is said to be unsupported where there is no loader", () => {
    expect(bootFor({ ...client, kind: "pxe", platform: "efi-arm64" }, loaders)).toBe("unsupported");
    expect(bootFor({ ...client, kind: "http", platform: "bios" }, loaders)).toBe("unsupported");
  });
});
