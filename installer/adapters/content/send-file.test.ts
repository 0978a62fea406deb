import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sendFile } from "./send-file.ts";

let folder: string;
let path: string;
const bytes = Buffer.from(Array.from({ length: 1_300_000 }, (_, at) => (at * 7 + (at >> 9)) % 251));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-send-"));
  path = join(folder, "blob");
  writeFileSync(path, bytes);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Takes its time, and keeps a copy of what it got. */
const slow = (taken: Buffer[]): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        taken.push(Buffer.from(chunk));
        done();
      });
    },
  });

test("transfers beside and after one another get the bytes they asked for", async () => {
  const ranges = [
    { start: 0, end: bytes.length - 1 },
    { start: 600_000, end: 1_299_999 },
    { start: 5, end: 5 },
  ];
  for (let round = 0; round < 2; round++) {
    const taken = ranges.map((): Buffer[] => []);
    await Promise.all(ranges.map((range, at) => sendFile(path, slow(taken[at] ?? []), range)));
    taken.forEach((chunks, at) => {
      const { start, end } = ranges[at] ?? { start: 0, end: 0 };
      expect(Buffer.concat(chunks).equals(bytes.subarray(start, end + 1))).toBe(true);
    });
  }
});

test("a peer that goes away, and a file that is too short, end the transfer", async () => {
  const stuck = new Writable({ write: () => undefined });
  const sending = sendFile(path, stuck, { start: 0, end: 10 });
  setImmediate(() => stuck.destroy());
  await expect(sending).rejects.toThrow(/destroyed|closed/);
  await expect(sendFile(path, slow([]), { start: 0, end: bytes.length })).rejects.toThrow("ends at");
});
