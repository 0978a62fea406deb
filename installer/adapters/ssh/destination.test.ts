import { describe, expect, test } from "vitest";
import { absolute, octal, ownership } from "./destination.ts";

const { signal } = new AbortController();

describe("paths and ownership", () => {
  test.each(["etc/hosts", "/etc/", "/etc/../root", "/etc//hosts", "/"])(
    "%s is refused as a file path",
    (path) => {
      expect(() => absolute(path)).toThrow(TypeError);
    },
  );

  test("modes are given to chmod in octal with their special bits", () => {
    expect(octal(0o644)).toBe("0644");
    expect(octal(0o4755)).toBe("4755");
  });

  test("owner and group become one argument of chown", () => {
    expect(ownership({ signal, mode: 0o600 })).toBe(":");
    expect(ownership({ signal, mode: 0o600, owner: "etcd" })).toBe("etcd");
    expect(ownership({ signal, mode: 0o600, group: "adm" })).toBe(":adm");
    expect(ownership({ signal, mode: 0o600, owner: "etcd", group: "adm" })).toBe("etcd:adm");
  });
});
