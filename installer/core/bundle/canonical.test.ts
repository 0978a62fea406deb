import { describe, expect, test } from "vitest";
import { canonicalJson, parseCanonical } from "./canonical.ts";

const bytes = (source: string): Uint8Array => new TextEncoder().encode(source);

describe("canonical JSON", () => {
  test("sorts members by code unit and leaves no white space, as RFC 8785 shows", () => {
    expect(canonicalJson({ "\u20ac": 1, "\r": 2, "1": { b: [1, 1e30], a: null }, z: undefined })).toBe(
      '{"\\r":2,"1":{"a":null,"b":[1,1e+30]},"\u20ac":1}',
    );
  });

  test("reads back only what is in that form", () => {
    expect(parseCanonical(bytes('{"a":1,"b":2}'))).toEqual({ a: 1, b: 2 });
    for (const other of ['{"b":2,"a":1}', '{"a":1, "b":2}', '{"a":1,"a":1}', '{"a":1.0}', "\ufeff1"]) {
      expect(() => parseCanonical(bytes(other))).toThrow(/canonical|UTF-8|JSON/);
    }
    expect(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toThrow("UTF-8");
  });
});
