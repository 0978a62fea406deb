import {
  inputFrame,
  MAX_INPUT_BYTES,
  readEngineFrame,
  resizeFrame,
  shownFrame,
  TERMINAL_CLOSED,
  TERMINAL_PATH,
  TERMINAL_PROTOCOL,
} from "../../installer/contract/terminal-frames.ts";
import type { TerminalEnding } from "../../installer/contract/terminal.ts";

/**
 * How a view of a terminal stands. `lost`: it comes back by itself; `gone`: the engine knows no such terminal, because it
 * ended long ago or the engine was started anew.
 */
export type TerminalLinkState =
  | { readonly kind: "connecting" | "open" | "lost" | "gone" | "forbidden" | "flooded" | "signed-out" }
  | { readonly kind: "over"; readonly ending: TerminalEnding };

/** What a view is told. */
export interface TerminalLinkEvents {
  /** More output; `shown` must be called once it is on the screen, or no more comes. */
  output(bytes: Uint8Array, shown: () => void): void;
  /** What follows is not the continuation of what was shown: begin with an empty screen. `lost` when output is missing. */
  restart(lost: boolean): void;
  state(state: TerminalLinkState): void;
}

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 5_000;
/** What was shown is told after so many bytes, or so soon. */
const TELL_BYTES = 96 * 1024;
const TELL_MS = 8;
/** Kept for a page that nobody sees: its timers are slowed down, and it must not slow the program. */
const PARKED_BYTES = 2 * 1024 * 1024;

/**
 * One view of a terminal over a WebSocket of its own. When the connection breaks it is made again and goes on after the
 * last byte that was shown: nothing is missing and nothing comes twice.
 */
export class TerminalLink {
  readonly #id: string;
  readonly #events: TerminalLinkEvents;
  #socket: WebSocket | undefined;
  /** Sequence of the next byte that is expected; undefined before anything was shown. */
  #next: number | undefined;
  #shown = 0;
  #told = 0;
  #failures = 0;
  #size: { readonly columns: number; readonly rows: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #parked: Uint8Array[] = [];
  #parkedBytes = 0;
  #parkedLost = false;
  #isEnded = false;
  readonly #onVisible = (): void => this.#unpark();

  constructor(id: string, events: TerminalLinkEvents) {
    this.#id = id;
    this.#events = events;
    document.addEventListener("visibilitychange", this.#onVisible);
  }

  /** Connects, or tries again at once. */
  open(): void {
    if (this.#socket !== undefined || this.#isEnded) return;
    clearTimeout(this.#timer);
    const after = this.#next === undefined ? "" : `?after=${this.#next}`;
    const origin = location.origin.replace(/^http/, "ws");
    const socket = new WebSocket(`${origin}${TERMINAL_PATH}${this.#id}${after}`, TERMINAL_PROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket && data instanceof ArrayBuffer) this.#take(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  /** Sends what was typed or pasted. Lost while there is no connection: typing ahead into the unknown would be worse. */
  input(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES - 1) {
      this.#send(inputFrame(bytes.subarray(at, at + MAX_INPUT_BYTES - 1)));
    }
  }

  /** Tells the size of the window; told again after every new connection. */
  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#send(resizeFrame(columns, rows));
  }

  /** Looks no longer; the terminal goes on. */
  close(): void {
    this.#isEnded = true;
    document.removeEventListener("visibilitychange", this.#onVisible);
    clearTimeout(this.#timer);
    clearTimeout(this.#telling);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #take(message: Uint8Array): void {
    const frame = readEngineFrame(message);
    switch (frame?.kind) {
      case "from":
        this.#failures = 0;
        if (frame.sequence !== this.#next) this.#begin(frame.sequence, this.#next !== undefined);
        if (this.#size !== undefined) this.resize(this.#size.columns, this.#size.rows);
        this.#events.state({ kind: "open" });
        return;
      case "output":
        if (frame.sequence !== this.#next) this.#begin(frame.sequence, true);
        this.#next = frame.sequence + frame.bytes.length;
        if (document.hidden) this.#park(frame.bytes);
        else this.#deliver(frame.bytes);
        return;
      case "ended":
        this.#isEnded = true;
        this.#events.state({ kind: "over", ending: frame.ending });
        return;
      case undefined:
        return;
    }
  }

  #begin(sequence: number, lost: boolean): void {
    this.#next = sequence;
    this.#shown = sequence;
    this.#told = sequence;
    this.#events.restart(lost);
  }

  #deliver(bytes: Uint8Array): void {
    this.#events.output(bytes, () => this.#wasShown(bytes.length));
  }

  #wasShown(length: number): void {
    this.#shown += length;
    if (this.#shown - this.#told >= TELL_BYTES) this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#told = this.#shown;
    this.#send(shownFrame(this.#shown));
  }

  #park(bytes: Uint8Array): void {
    this.#parked.push(bytes);
    this.#parkedBytes += bytes.length;
    while (this.#parkedBytes > PARKED_BYTES) {
      this.#parkedBytes -= this.#parked.shift()?.length ?? 0;
      this.#parkedLost = true;
    }
    this.#wasShown(bytes.length);
  }

  #unpark(): void {
    if (document.hidden) return;
    const parked = this.#parked;
    this.#parked = [];
    this.#parkedBytes = 0;
    if (this.#parkedLost) this.#events.restart(true);
    this.#parkedLost = false;
    for (const bytes of parked) this.#events.output(bytes, () => undefined);
  }

  #send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    if (this.#isEnded) return;
    switch (code) {
      case TERMINAL_CLOSED.unknown:
        this.#isEnded = true;
        this.#events.state({ kind: "gone" });
        return;
      case TERMINAL_CLOSED.forbidden:
        this.#isEnded = true;
        this.#events.state({ kind: "forbidden" });
        return;
      case TERMINAL_CLOSED.flooded:
        this.#events.state({ kind: "flooded" });
        this.#again();
        return;
      case TERMINAL_CLOSED.signedOut:
        // Opened again once somebody has signed in.
        this.#events.state({ kind: "signed-out" });
        return;
      default:
        this.#events.state({ kind: "lost" });
        this.#again();
    }
  }

  #again(): void {
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.open(), delay * (0.75 + Math.random() / 2));
  }
}
