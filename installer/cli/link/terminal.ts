import { WebSocket } from "ws";
import { USER_HEADER } from "../../contract/api/version.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import {
  inputFrame,
  MAX_INPUT_BYTES,
  readEngineFrame,
  resizeFrame,
  shownFrame,
  TERMINAL_CLOSED,
  TERMINAL_PATH,
  TERMINAL_PROTOCOL,
} from "../../contract/terminal-frames.ts";
import type { TerminalEnding } from "../../contract/terminal.ts";
import type { Keyboard, Screen } from "../environment.ts";

/** Where the operator sits. */
export interface Seat {
  readonly socketPath: string;
  readonly user: string;
  readonly stdin: Keyboard;
  readonly stdout: Screen & { once?(event: "drain", listener: () => void): unknown };
}

/** Ctrl-]: as telnet has it, and no shell uses it. */
const DETACH = 0x1d;
const SIZE_MS = 500;

/**
 * Shows a terminal of the engine in the operator's own until it ends; resolves with how it ended, or undefined when the
 * operator left it with Ctrl-]. Rejects with TERMINAL_UNKNOWN, ENGINE_LOST. Standard input is raw meanwhile.
 */
export const showTerminal = async (id: string, seat: Seat): Promise<TerminalEnding | undefined> => {
  const { stdin, stdout } = seat;
  const socket = new WebSocket(`ws+unix://${seat.socketPath}:${TERMINAL_PATH}${id}`, TERMINAL_PROTOCOL, {
    headers: { [USER_HEADER]: seat.user, host: "engine" },
    perMessageDeflate: false,
  });
  const over = Promise.withResolvers<TerminalEnding | undefined>();
  let ending: TerminalEnding | undefined;
  let shown = 0;
  const send = (frame: Uint8Array): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  };
  let size = "";
  const tellSize = (): void => {
    const { columns = 80, rows = 24 } = stdout;
    if (size === `${columns}x${rows}`) return;
    size = `${columns}x${rows}`;
    send(resizeFrame(columns, rows));
  };
  const onKeys = (keys: Buffer): void => {
    const at = stdin.isTTY === true ? keys.indexOf(DETACH) : -1;
    const typed = at === -1 ? keys : keys.subarray(0, at);
    for (let from = 0; from < typed.length; from += MAX_INPUT_BYTES - 1) {
      send(inputFrame(typed.subarray(from, from + MAX_INPUT_BYTES - 1)));
    }
    if (at !== -1) over.resolve(undefined);
  };
  // A terminal ends with its shell; a pipe that ends says so to the shell.
  const onEnd = (): void => send(inputFrame(Uint8Array.of(4)));
  const watch = setInterval(tellSize, SIZE_MS);
  socket.on("open", () => {
    tellSize();
    stdin.setRawMode?.(true);
    stdin.on("data", onKeys);
    stdin.once("end", onEnd);
    stdin.resume();
  });
  socket.on("message", (received) => {
    const frame = readEngineFrame(received as Buffer);
    if (frame?.kind === "ended") ending = frame.ending;
    if (frame?.kind !== "output") return;
    shown = frame.sequence + frame.bytes.length;
    const told = shown;
    // The program waits while a slow terminal writes.
    const taken = (stdout as unknown as NodeJS.WritableStream).write(Buffer.from(frame.bytes));
    if (taken || stdout.once === undefined) send(shownFrame(told));
    else stdout.once("drain", () => send(shownFrame(told)));
  });
  socket.on("error", (error) => over.reject(SlipwayError.of("ENGINE_LOST", { problem: error.message })));
  socket.on("close", (code) => {
    if (ending !== undefined) over.resolve(ending);
    else if (code === TERMINAL_CLOSED.unknown)
      over.reject(SlipwayError.of("TERMINAL_UNKNOWN", { terminal: id }));
    else over.reject(SlipwayError.of("ENGINE_LOST", { problem: `closed (${code})` }));
  });
  try {
    return await over.promise;
  } finally {
    clearInterval(watch);
    stdin.off("data", onKeys);
    stdin.off("end", onEnd);
    stdin.setRawMode?.(false);
    stdin.pause();
    socket.close();
  }
};
