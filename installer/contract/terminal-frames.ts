import { TerminalEnding } from "./terminal.ts";

/**
 * What is spoken on the WebSocket of a terminal, `/terminals/ID?after=N` with the subprotocol below: binary messages, each
 * one frame. The first byte says which; numbers are big-endian. A sequence is the number of bytes that the terminal has
 * printed before: a double, exact up to 2^53. `after` is the sequence that a client has already shown; without it
 * all that is kept is sent.
 *
 * | byte | from   | then                                | meaning                                                    |
 * | ---- | ------ | ----------------------------------- | ---------------------------------------------------------- |
 * | 1    | client | bytes                               | typed or pasted                                            |
 * | 2    | client | columns u16, rows u16               | the window has this size now                               |
 * | 3    | client | sequence f64                        | everything before it has been shown                        |
 * | 17   | engine | sequence f64, bytes                 | printed; a sequence beyond the expected one leaves a gap   |
 * | 18   | engine | JSON                                | the terminal is over, and how (TerminalEnding)             |
 * | 19   | engine | sequence f64                        | where the output goes on: the first frame of a connection  |
 */
export const TERMINAL_PROTOCOL = "slipway-terminal.1";

/** Below this are the terminals. */
export const TERMINAL_PATH = "/terminals/";

/** Most bytes that are on their way to a client before it says that it has shown them. */
export const TERMINAL_WINDOW = 512 * 1024;

/** Longest piece of input in one frame. */
export const MAX_INPUT_BYTES = 32 * 1024;

/** Why the engine closes a terminal's connection; 4401 and 4429 as on the console's other WebSocket. */
export const TERMINAL_CLOSED = {
  /** The terminal has ended, and everything was sent. */
  over: 4000,
  garbled: 4400,
  signedOut: 4401,
  /** A role was withdrawn, or it is somebody else's. */
  forbidden: 4403,
  /** No such terminal: it ended long ago, or the engine was started anew. */
  unknown: 4404,
  /** More input than the terminal takes. */
  flooded: 4429,
  goingAway: 1001,
} as const;

const INPUT = 1;
const RESIZE = 2;
const SHOWN = 3;
const OUTPUT = 17;
const ENDED = 18;
const FROM = 19;

/** A frame of a client. */
export type ClientFrame =
  | { readonly kind: "input"; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number }
  | { readonly kind: "shown"; readonly sequence: number };

/** A frame of the engine. */
export type EngineFrame =
  | { readonly kind: "output"; readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly kind: "ended"; readonly ending: TerminalEnding }
  | { readonly kind: "from"; readonly sequence: number };

/** Bytes before the output in an output frame. */
export const OUTPUT_HEADER = 9;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const numbered = (kind: number, sequence: number): Uint8Array<ArrayBuffer> => {
  const frame = new Uint8Array(9);
  frame[0] = kind;
  viewOf(frame).setFloat64(1, sequence);
  return frame;
};

/** A frame with what was typed. */
export const inputFrame = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const frame = new Uint8Array(bytes.length + 1);
  frame[0] = INPUT;
  frame.set(bytes, 1);
  return frame;
};

/** A frame with the size of the window. */
export const resizeFrame = (columns: number, rows: number): Uint8Array<ArrayBuffer> => {
  const frame = new Uint8Array(5);
  frame[0] = RESIZE;
  viewOf(frame).setUint16(1, columns);
  viewOf(frame).setUint16(3, rows);
  return frame;
};

/** A frame that says how much has been shown. */
export const shownFrame = (sequence: number): Uint8Array<ArrayBuffer> => numbered(SHOWN, sequence);

/** The first frame of a connection. */
export const fromFrame = (sequence: number): Uint8Array<ArrayBuffer> => numbered(FROM, sequence);

/** Writes the head of an output frame into `frame`, whose bytes from OUTPUT_HEADER on are the output. */
export const headOutput = (frame: Uint8Array, sequence: number): void => {
  frame[0] = OUTPUT;
  viewOf(frame).setFloat64(1, sequence);
};

/** A frame that says how a terminal ended. */
export const endedFrame = (ending: TerminalEnding): Uint8Array<ArrayBuffer> => {
  // In ASCII, so that every character is one byte.
  const json = JSON.stringify(ending).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Uint8Array.from([ENDED, ...Array.from(json, (character) => character.charCodeAt(0))]);
};

const isSize = (value: number, least: number): boolean => value >= least && value <= 1000;

/** Reads a client's frame; undefined for what is none. */
export const readClientFrame = (frame: Uint8Array): ClientFrame | undefined => {
  if (frame[0] === INPUT && frame.length - 1 <= MAX_INPUT_BYTES) {
    return { kind: "input", bytes: frame.subarray(1) };
  }
  if (frame[0] === RESIZE && frame.length === 5) {
    const columns = viewOf(frame).getUint16(1);
    const rows = viewOf(frame).getUint16(3);
    return isSize(columns, 2) && isSize(rows, 1) ? { kind: "resize", columns, rows } : undefined;
  }
  if (frame[0] === SHOWN && frame.length === 9) {
    const sequence = viewOf(frame).getFloat64(1);
    return Number.isSafeInteger(sequence) && sequence >= 0 ? { kind: "shown", sequence } : undefined;
  }
  return undefined;
};

/** Reads a frame of the engine; undefined for what is none. */
export const readEngineFrame = (frame: Uint8Array): EngineFrame | undefined => {
  if (frame[0] === OUTPUT && frame.length > OUTPUT_HEADER) {
    return { kind: "output", sequence: viewOf(frame).getFloat64(1), bytes: frame.subarray(OUTPUT_HEADER) };
  }
  if (frame[0] === FROM && frame.length === 9) {
    return { kind: "from", sequence: viewOf(frame).getFloat64(1) };
  }
  if (frame[0] === ENDED) {
    const ending = TerminalEnding.safeParse(parsed(frame.subarray(1)));
    return ending.success ? { kind: "ended", ending: ending.data } : undefined;
  }
  return undefined;
};

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  } catch {
    return undefined;
  }
};
