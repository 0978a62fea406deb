import { expect, test } from "vitest";
import { encodeFrame, FrameReader, type Frame } from "./frames.ts";

const joined = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

test("frames come out as they went in, however the bytes between are cut", () => {
  const frames: readonly Frame[] = ["", "网页", new Uint8Array([0, 255]), "x".repeat(300), new Uint8Array()];
  const bytes = joined(frames.map(encodeFrame));
  for (const size of [1, 2, 4, 5, 7, 1000]) {
    const reader = new FrameReader();
    const found: Frame[] = [];
    for (let at = 0; at < bytes.byteLength; at += size) {
      found.push(...reader.push(bytes.subarray(at, at + size)));
    }
    expect(found, `pieces of ${size} bytes`).toEqual(frames);
  }
});

test("what is no frame is refused before it is waited for", () => {
  expect(() => new FrameReader(10).push(encodeFrame("eleven char"))).toThrow(RangeError);
  expect(() => new FrameReader().push(new Uint8Array([0, 0, 0, 1, 9, 1]))).toThrow(RangeError);
  expect(() => new FrameReader().push(new TextEncoder().encode("GET / HTTP/1.1"))).toThrow(RangeError);
});
