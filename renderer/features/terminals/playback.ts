import type { Terminal } from "@xterm/xterm";
import type { Cast } from "../../state/cast.ts";

/** Pauses longer than this are shortened while playing: nobody wants to watch somebody think. */
const LONGEST_PAUSE_S = 2;
const FRAME_MS = 33;

/** Plays a recording into a terminal. */
export class Player {
  readonly #cast: Cast;
  readonly #terminal: Terminal;
  readonly #tell: { readonly at: (seconds: number) => void; readonly playing: (is: boolean) => void };
  #next = 0;
  #at = 0;
  #speed = 1;
  #timer: ReturnType<typeof setInterval> | undefined;
  #before = 0;

  constructor(
    cast: Cast,
    terminal: Terminal,
    tell: { readonly at: (seconds: number) => void; readonly playing: (is: boolean) => void },
  ) {
    this.#cast = cast;
    this.#terminal = terminal;
    this.#tell = tell;
  }

  /** Goes on from where it stands, or from the beginning when it stands at the end. */
  play(): void {
    if (this.#timer !== undefined) return;
    if (this.#next >= this.#cast.events.length) this.seek(0);
    this.#before = performance.now();
    this.#timer = setInterval(() => this.#step(), FRAME_MS);
    this.#tell.playing(true);
  }

  pause(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tell.playing(false);
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
  }

  /** Shows the screen as it was at that time: everything before it is drawn anew when it lies behind. */
  seek(seconds: number): void {
    if (seconds < this.#at || this.#next === 0) {
      this.#terminal.reset();
      this.#terminal.resize(this.#cast.head.width, this.#cast.head.height);
      this.#next = 0;
    }
    this.#showUntil(seconds);
  }

  #step(): void {
    const now = performance.now();
    let to = this.#at + ((now - this.#before) / 1000) * this.#speed;
    this.#before = now;
    const due = this.#cast.events[this.#next]?.[0];
    if (due === undefined) {
      this.#showUntil(this.#cast.seconds);
      this.pause();
      return;
    }
    if (due - to > LONGEST_PAUSE_S * this.#speed) to = due - LONGEST_PAUSE_S * this.#speed;
    this.#showUntil(to);
  }

  #showUntil(seconds: number): void {
    let text = "";
    for (; ; this.#next += 1) {
      const event = this.#cast.events[this.#next];
      if (event === undefined || event[0] > seconds) break;
      const [, kind, data] = event;
      if (kind === "o") text += data;
      else if (kind === "r") {
        this.#terminal.write(text);
        text = "";
        const [columns = 80, rows = 24] = data.split("x").map(Number);
        this.#terminal.write("", () => this.#terminal.resize(columns, rows));
      }
    }
    this.#terminal.write(text);
    this.#at = Math.min(seconds, this.#cast.seconds);
    this.#tell.at(this.#at);
  }
}
