import { appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEvent } from "../../contract/asciicast.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { createRecordings } from "./recordings.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-recordings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ID = "t-0123456789ab";
const head = {
  version: 2 as const,
  width: 80,
  height: 24,
  timestamp: 1_700_000_000,
  slipway: {
    id: ID,
    user: "ada",
    via: "session",
    address: "10.0.0.9",
    why: "disk",
    target: { kind: "kubectl" as const, cluster: "a" },
  },
};
const quiet = { failed: () => undefined, drained: () => undefined };

describe("recordings", () => {
  test("hold characters whole that came in two pieces, and sizes, in order", async () => {
    const recordings = createRecordings({ folder, clock: new FakeClock() });
    const writer = await recordings.create(head, quiet);
    const bytes = Buffer.from("中文");
    writer.output(bytes.subarray(0, 2));
    writer.output(bytes.subarray(2));
    writer.resize({ columns: 100, rows: 30 });
    writer.output(Buffer.from("after"));
    await writer.close("exited");
    const lines = readFileSync(join(folder, `${ID}.cast`), "utf8")
      .trimEnd()
      .split("\n");
    const told = lines.slice(1).map((line) => readEvent(line)?.slice(1));
    expect(told).toEqual([
      ["o", "中文"],
      ["r", "100x30"],
      ["o", "after"],
      ["m", "exited"],
    ]);
    expect(await recordings.list()).toMatchObject([{ id: ID, user: "ada", why: "disk", columns: 80 }]);
  });

  test("are read although their end is torn, and unknown ones are named so", async () => {
    const recordings = createRecordings({ folder, clock: new FakeClock() });
    await (await recordings.create(head, quiet)).close("lost");
    appendFileSync(join(folder, `${ID}.cast`), '[3.5,"o","half');
    let text = "";
    for await (const piece of recordings.read(ID)) text += piece;
    expect(text.endsWith('"half')).toBe(true);
    await expect(recordings.head("t-000000000000")).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
    await expect(recordings.head("../../etc/passwd")).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
  });

  test("tell when one is as long as one may be, so that its terminal ends", async () => {
    const failures: unknown[] = [];
    const recordings = createRecordings({ folder, clock: new FakeClock(), longest: 1000 });
    const writer = await recordings.create(head, {
      failed: (error) => failures.push(error),
      drained: () => undefined,
    });
    writer.output(new Uint8Array(200_000).fill(65));
    await writer.close("unrecorded");
    expect(failures).toMatchObject([{ code: "RECORDING_FULL" }]);
  });

  test("are removed when they are old", async () => {
    const clock = new FakeClock();
    const recordings = createRecordings({ folder, clock, days: 1 });
    await (await recordings.create(head, quiet)).close("exited");
    const old = clock.now() / 1000 - 2 * 86_400;
    utimesSync(join(folder, `${ID}.cast`), old, old);
    await recordings.tidy();
    expect(await recordings.list()).toEqual([]);
  });
});
