import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { negotiate } from "./negotiate.ts";
import { decodeTftp, encodeTftp, type TftpPacket } from "./packet.ts";
import { treePath } from "./path.ts";
import { TftpSender } from "./sender.ts";

const word = fc.stringMatching(/^[a-z0-9./_-]+$/, { size: "small" });
const options = fc
  .uniqueArray(fc.tuple(word, word), { selector: ([name]) => name, maxLength: 4 })
  .map((entries) => new Map(entries));
const packets: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({ kind: fc.constantFrom("read" as const, "write" as const), file: word, mode: word, options }),
  fc.record({ kind: fc.constant("data" as const), block: fc.nat(65_535), data: fc.uint8Array() }),
  fc.record({ kind: fc.constant("ack" as const), block: fc.nat(65_535) }),
  fc.record({ kind: fc.constant("error" as const), code: fc.nat(8), message: word }),
  fc.record({ kind: fc.constant("options" as const), options }),
);

describe("the TFTP codec", () => {
  test("reads back what it wrote", () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodeTftp(encodeTftp(packet))).toEqual(packet);
      }),
      { numRuns: 100 },
    );
  });

  test("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(() => decodeTftp(bytes)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["no closing zero", [0, 1, 0x61, 0, 0x6f]],
    ["no name", [0, 1, 0, 0x6f, 0]],
    ["an unknown operation", [0, 9, 0, 0]],
    ["one byte", [0]],
    ["an acknowledgement without a block", [0, 4, 0]],
  ])("refuses %s", (_, bytes) => expect(decodeTftp(Uint8Array.from(bytes))).toBeUndefined());
});

describe("options of a transfer", () => {
  const limits = { blockSize: 1468, windowSize: 64 };
  const ask = (asked: Record<string, string>): ReturnType<typeof negotiate> =>
    negotiate(new Map(Object.entries(asked)), { limits, size: 5000 });

  test("without any, blocks of 512 bytes come one by one and at once", () => {
    expect(ask({})).toEqual({ blockSize: 512, windowSize: 1, timeoutMs: 1000, answer: new Map() });
  });

  test("are answered with what this network carries, never with more than was asked", () => {
    const { answer, ...agreed } = ask({ blksize: "65464", windowsize: "128", timeout: "3", tsize: "0" });
    expect(agreed).toEqual({ blockSize: 1468, windowSize: 64, timeoutMs: 3000 });
    expect(Object.fromEntries(answer)).toEqual({
      blksize: "1468",
      tsize: "5000",
      timeout: "3",
      windowsize: "64",
    });
    expect(ask({ blksize: "1024", windowsize: "4" })).toMatchObject({ blockSize: 1024, windowSize: 4 });
  });

  test.each(["7", "65465", "", "-1", "1e3", "99999999"])("a block size of %j is not agreed to", (blksize) => {
    expect(ask({ blksize })).toMatchObject({ blockSize: 512, answer: new Map() });
  });

  test("an option nobody knows is not answered", () => {
    expect(ask({ multicast: "" }).answer).toEqual(new Map());
  });
});

const sender = (wish: { size: number; window?: number; options?: boolean }): TftpSender =>
  new TftpSender(
    {
      blockSize: 10,
      windowSize: wish.window ?? 1,
      timeoutMs: 1000,
      answer: new Map(wish.options === true ? [["tsize", "1"]] : []),
    },
    wish.size,
  );
const blocks = (first: number, last = first): unknown => ({ kind: "blocks", first, last });

describe("sending a file", () => {
  test("goes block by block and ends with a short one", () => {
    const transfer = sender({ size: 25 });
    expect(transfer.start()).toEqual(blocks(1));
    expect(transfer.acknowledged(1)).toEqual(blocks(2));
    expect(transfer.acknowledged(2)).toEqual(blocks(3));
    expect(transfer.acknowledged(3)).toEqual({ kind: "done" });
  });

  test("of whole blocks ends with an empty one, and an empty file is one empty block", () => {
    const whole = sender({ size: 20 });
    whole.start();
    whole.acknowledged(1);
    expect(whole.acknowledged(2)).toEqual(blocks(3));
    expect(sender({ size: 0 }).start()).toEqual(blocks(1));
  });

  test("waits for the options to be acknowledged", () => {
    const transfer = sender({ size: 25, options: true });
    expect(transfer.start()).toEqual({ kind: "options" });
    expect(transfer.acknowledged(1)).toEqual({ kind: "wait" });
    expect(transfer.silence()).toEqual({ kind: "options" });
    expect(transfer.acknowledged(0)).toEqual(blocks(1));
  });

  test("does not answer a repeated acknowledgement without windows, or each would double the traffic", () => {
    const transfer = sender({ size: 100 });
    transfer.start();
    transfer.acknowledged(1);
    expect(transfer.acknowledged(1)).toEqual({ kind: "wait" });
    expect(transfer.acknowledged(0)).toEqual({ kind: "wait" });
  });

  test("sends a window at a time and goes back to the first block that was lost", () => {
    const transfer = sender({ size: 200, window: 4 });
    expect(transfer.start()).toEqual(blocks(1, 4));
    expect(transfer.acknowledged(2)).toEqual(blocks(3, 6));
    expect(transfer.acknowledged(2)).toEqual(blocks(3, 6));
    expect(transfer.acknowledged(2)).toEqual({ kind: "wait" });
    expect(transfer.acknowledged(6)).toEqual(blocks(7, 10));
  });

  test("ignores acknowledgements of what was never sent", () => {
    const transfer = sender({ size: 200, window: 4 });
    transfer.start();
    expect(transfer.acknowledged(5)).toEqual({ kind: "wait" });
    expect(transfer.acknowledged(40_000)).toEqual({ kind: "wait" });
  });

  test("goes on past block 65535", () => {
    const transfer = sender({ size: 10 * 70_000, window: 1000 });
    let step = transfer.start();
    let count = 0;
    while (step.kind === "blocks" && count < 1000) {
      count += 1;
      step = transfer.acknowledged(step.last & 0xffff);
    }
    expect(step).toEqual({ kind: "done" });
    expect(transfer.arrived).toBe(70_001);
  });

  test("asks again ever more slowly, and gives up after six times", () => {
    const transfer = sender({ size: 25 });
    transfer.start();
    const pauses = [];
    let step = transfer.silence();
    while (step.kind === "blocks") {
      pauses.push(transfer.pauseMs);
      step = transfer.silence();
    }
    expect(step).toEqual({ kind: "lost" });
    expect(pauses).toEqual([2000, 4000, 8000, 8000, 8000, 8000]);
  });

  test("delivers every file whole over a network that loses, repeats and delays", () => {
    const network = fc.record({
      size: fc.nat(300),
      window: fc.integer({ min: 1, max: 8 }),
      fates: fc.array(fc.constantFrom("arrives", "arrives", "arrives", "lost", "twice"), {
        minLength: 5,
        maxLength: 40,
      }),
    });
    fc.assert(
      fc.property(network, ({ size, window, fates }) => {
        const transfer = sender({ size, window });
        let turn = 0;
        // A run of losses may be long, but each sixth packet gets through: else giving up is right.
        const fate = (): string => (turn++ % 6 === 5 ? "arrives" : (fates[turn % fates.length] ?? "arrives"));
        let have = 0;
        let step = transfer.start();
        for (let round = 0; step.kind !== "done" && round < 5000; round += 1) {
          if (step.kind === "lost") return;
          const acks: number[] = [];
          if (step.kind === "blocks") {
            for (let block = step.first; block <= step.last; block += 1) {
              if (fate() === "lost") continue;
              if (block === have + 1) have = block;
              else acks.push(have);
            }
            acks.push(have);
          }
          const heard = acks.filter(() => fate() !== "lost");
          step = heard.length === 0 ? transfer.silence() : { kind: "wait" };
          for (const ack of heard) {
            const next = transfer.acknowledged(ack & 0xffff);
            if (next.kind !== "wait") step = next;
            if (next.kind === "done") break;
          }
          if (step.kind === "wait") step = transfer.silence();
        }
        expect(step.kind).toBe("done");
        expect(have).toBe(Math.floor(size / 10) + 1);
      }),
      { numRuns: 100 },
    );
  });
});

describe("names of boot files", () => {
  test.each([
    ["snponly.efi", "snponly.efi"],
    ["/grub//grub.cfg", "grub/grub.cfg"],
    ["\\EFI\\boot.efi", "EFI/boot.efi"],
    ["./a/./b", "a/b"],
    ["...", "..."],
  ])("%j is %j in the tree", (asked, path) => expect(treePath(asked)).toBe(path));

  test.each(["", "/", "..", "../etc/passwd", "a/../../b", "a\\..\\b", "a\0b", "a\nb", "x".repeat(600)])(
    "%j is in no tree",
    (asked) => expect(treePath(asked)).toBeUndefined(),
  );
});
