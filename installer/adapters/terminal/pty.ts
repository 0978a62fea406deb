import { spawn, type IPty } from "@lydell/node-pty";
import type { TerminalProgram } from "../../core/ports/terminal.ts";
import type { TerminalSize } from "../../contract/terminal.ts";

/** A program to be started on a pseudo terminal of this computer. */
export interface PtyStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All of its environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
  readonly output: (bytes: Uint8Array) => void;
  readonly ended: (exit: number) => void;
}

/** Starts a program on a pseudo terminal. Held back, its output stays in the kernel, and the program stops. */
export const startPty = (start: PtyStart): TerminalProgram => {
  const pty = spawn(start.file, [...start.args], {
    name: "xterm-256color",
    cols: start.size.columns,
    rows: start.size.rows,
    cwd: start.folder,
    env: { ...start.env },
    encoding: null,
  });
  // With no encoding bytes come, whatever the types say.
  pty.onData((bytes) => start.output(bytes as unknown as Uint8Array));
  pty.onExit(({ exitCode, signal }) => start.ended(signal ? 128 + signal : exitCode));
  return {
    // Bytes are passed through to the stream as they are, which the types do not know either.
    write: (bytes) => pty.write(Buffer.from(bytes) as unknown as string),
    pendingInput: () => queuedIn(pty),
    resize: ({ columns, rows }) => resized(pty, columns, rows),
    hold: () => pty.pause(),
    release: () => pty.resume(),
    end: () => {
      pty.resume();
      pty.kill("SIGHUP");
      setTimeout(() => pty.kill("SIGKILL"), 2_000).unref();
    },
  };
};

/** The library tells nobody how much it holds back, but its stream does. */
const queuedIn = (pty: IPty): number => {
  const socket: unknown = Reflect.get(pty, "_socket");
  const length: unknown =
    typeof socket === "object" && socket !== null ? Reflect.get(socket, "writableLength") : 0;
  return typeof length === "number" ? length : 0;
};

/** A terminal that has just ended can no longer be resized, and nobody minds. */
const resized = (pty: IPty, columns: number, rows: number): void => {
  try {
    pty.resize(columns, rows);
  } catch {
    // Its end is told by onExit.
  }
};
