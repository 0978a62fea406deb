import { describe, expect, test } from "vitest";
import { OUTPUT_HEADER, readEngineFrame, TERMINAL_WINDOW } from "../../contract/terminal-frames.ts";
import type { TerminalProgram } from "../../core/ports/terminal.ts";
import { TerminalSession, type Viewer } from "./session.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const setUp = () => {
  const calls: string[] = [];
  const typed: string[] = [];
  const told = { pending: 0, now: 0, closed: "" };
  const session = new TerminalSession(
    {
      id: "t-000000000000",
      target: { kind: "machine", cluster: "a", machine: "n1" },
      user: "ada",
      via: "session",
      address: "10.0.0.9",
      why: "",
      openedAt: 0,
    },
    { columns: 80, rows: 24 },
    { now: () => told.now, onEnded: () => calls.push("ended") },
  );
  const program: TerminalProgram = {
    write: (bytes) => typed.push(Buffer.from(bytes).toString()),
    pendingInput: () => 0,
    resize: ({ columns, rows }) => calls.push(`resize ${columns}x${rows}`),
    hold: () => calls.push("hold"),
    release: () => calls.push("release"),
    end: () => calls.push("end"),
  };
  session.record({
    output: () => undefined,
    resize: () => undefined,
    pending: () => told.pending,
    close: async (remark) => void (told.closed = remark),
  });
  session.run(program);
  const look = (after?: number): { viewer: Viewer; seen: { text: string; next: number; ended: string } } => {
    const seen = { text: "", next: -1, ended: "" };
    const viewer = session.attach(after, {
      send: (bytes) => {
        const frame = readEngineFrame(bytes);
        if (frame?.kind !== "output") throw new Error("not output");
        seen.text += Buffer.from(frame.bytes).toString("latin1");
        seen.next = frame.sequence + bytes.length - OUTPUT_HEADER;
      },
      ended: ({ reason }) => (seen.ended = reason),
    });
    viewer.start();
    return { viewer, seen };
  };
  return { session, calls, typed, told, look };
};

describe("a terminal", () => {
  test("stops its program when a page shows nothing more, and goes on when it does", async () => {
    const { session, calls, look } = setUp();
    const { viewer, seen } = look();
    session.output(new Uint8Array(TERMINAL_WINDOW + 1).fill(65));
    await turn();
    expect(seen.text.length).toBe(TERMINAL_WINDOW);
    expect(calls).toEqual(["hold"]);
    viewer.shown(seen.next);
    expect(calls).toEqual(["hold", "release"]);
    expect(seen.text.length).toBe(TERMINAL_WINDOW + 1);
  });

  test("goes on exactly after what a page has seen, and from its oldest output for a new page", async () => {
    const { session, look } = setUp();
    const first = look();
    session.output(Buffer.from("one two "));
    await turn();
    first.viewer.leave();
    session.output(Buffer.from("three"));
    await turn();
    expect(first.seen.text).toBe("one two ");
    expect(look(first.seen.next).seen.text).toBe("three");
    expect(look().seen.text).toBe("one two three");
    expect(look(10_000).seen.text).toBe("one two three");
  });

  test("waits for the disk of its recording", async () => {
    const { session, calls, told } = setUp();
    told.pending = 5 * 1024 * 1024;
    session.output(Buffer.from("x"));
    expect(calls).toEqual(["hold"]);
    told.pending = 0;
    session.balance();
    expect(calls).toEqual(["hold", "release"]);
  });

  test("passes keys and sizes on, and a size only when it is another", () => {
    const { calls, typed, look } = setUp();
    const { viewer } = look();
    viewer.input(Buffer.from("ls\r"));
    viewer.resize({ columns: 80, rows: 24 });
    viewer.resize({ columns: 120, rows: 40 });
    expect(typed).toEqual(["ls\r"]);
    expect(calls).toEqual(["resize 120x40"]);
  });

  test("ends with its recording closed, everybody told, and why", async () => {
    const { session, calls, told, look } = setUp();
    const { seen } = look();
    session.output(Buffer.from("last words"));
    session.close("unrecorded");
    expect(calls).toContain("end");
    await session.over({ exit: 129 });
    expect(seen).toMatchObject({ text: "last words", ended: "unrecorded" });
    expect(told.closed).toBe("unrecorded");
    expect(session.view(true).ending).toMatchObject({ reason: "unrecorded", exit: 129 });
  });
});
