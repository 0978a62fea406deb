import type { Terminal, TerminalEnding, TerminalSize, TerminalTarget } from "../../contract/terminal.ts";
import {
  MAX_INPUT_BYTES,
  OUTPUT_HEADER,
  TERMINAL_WINDOW,
  headOutput,
} from "../../contract/terminal-frames.ts";
import { toWire } from "../../core/contract.ts";
import type { ProgramEnd, RecordingWriter, TerminalProgram } from "../../core/ports/terminal.ts";
import { mustHold, type Watcher } from "../../core/terminal/flow.ts";
import { OutputRing } from "../../core/terminal/ring.ts";

/** What can be seen again. */
export const SCROLL_BACK = 2 * 1024 * 1024;
const LIMITS = { hold: TERMINAL_WINDOW, release: TERMINAL_WINDOW / 2 };
/** Beyond this the program waits for the disk. */
const UNWRITTEN = 4 * 1024 * 1024;
const PIECE = 64 * 1024;
/** A paste that nobody takes. */
const UNTAKEN_INPUT = 64 * MAX_INPUT_BYTES;

/** A connection that shows a terminal. */
export interface ViewerEvents {
  /** An output frame, to be sent as it is. */
  send(frame: Uint8Array): void;
  ended(ending: TerminalEnding): void;
}

/** What a connection may do. */
export interface Viewer {
  /** Where the output that it gets begins. */
  readonly from: number;
  /** Output comes from now on. */
  start(): void;
  /** Everything before this position has been shown. */
  shown(position: number): void;
  /** False when the program takes no more. */
  input(bytes: Uint8Array): boolean;
  resize(size: TerminalSize): void;
  leave(): void;
}

/** What a terminal is opened with. */
export interface SessionAbout {
  readonly id: string;
  readonly target: TerminalTarget;
  readonly user: string;
  readonly via: Terminal["via"];
  readonly address: string;
  readonly why: string;
  readonly openedAt: number;
}

interface Watching extends Watcher {
  shown: number;
  sent: number;
  leftAt: number | undefined;
  readonly events: ViewerEvents;
}

const nobody: ViewerEvents = { send: () => undefined, ended: () => undefined };

/**
 * A terminal: a program, the latest of what it printed, and whoever looks at it. The program is held back for the slowest
 * of them and for the disk of the recording, so that memory stays flat.
 */
export class TerminalSession {
  readonly about: SessionAbout;
  readonly #ring = new OutputRing(SCROLL_BACK);
  readonly #now: () => number;
  readonly #onEnded: (session: TerminalSession) => void;
  #watching: Watching[] = [];
  #program: TerminalProgram | undefined;
  #recording: RecordingWriter | undefined;
  #holding = false;
  #size: TerminalSize;
  #ending: TerminalEnding | undefined;
  #reason: TerminalEnding["reason"] | undefined;
  #failure: unknown;
  #waking: NodeJS.Immediate | undefined;

  constructor(
    about: SessionAbout,
    size: TerminalSize,
    parts: { readonly now: () => number; readonly onEnded: (session: TerminalSession) => void },
  ) {
    this.about = about;
    this.#size = size;
    this.#now = parts.now;
    this.#onEnded = parts.onEnded;
    // Output waits for the first to come as for one who was there.
    this.#watching = [{ shown: 0, sent: 0, leftAt: about.openedAt, events: nobody }];
  }

  /** Joins the recording: before the program prints anything. */
  record(recording: RecordingWriter): void {
    this.#recording = recording;
  }

  /** Joins the program, once it runs. */
  run(program: TerminalProgram): void {
    this.#program = program;
    if (this.#reason !== undefined) program.end();
    else if (this.#holding) program.hold();
  }

  get ending(): TerminalEnding | undefined {
    return this.#ending;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  /** As clients see it; `own` is for whoever asks. */
  view(own: boolean): Terminal {
    return {
      ...this.about,
      ...this.#size,
      viewers: this.#watching.filter(({ leftAt }) => leftAt === undefined).length,
      bytes: this.#ring.end,
      own,
      ...(this.#ending === undefined ? {} : { ending: this.#ending }),
    };
  }

  /** The program printed something. */
  output(bytes: Uint8Array): void {
    this.#recording?.output(bytes);
    this.#ring.append(bytes);
    // Small pieces that come together go out together.
    this.#waking ??= setImmediate(() => this.#wake());
    this.balance();
  }

  /** The program is over. */
  async over(end: ProgramEnd): Promise<void> {
    if (this.#ending !== undefined) return;
    const reason = this.#reason ?? ("error" in end ? "lost" : "exited");
    const error =
      this.#failure === undefined ? ("error" in end ? end.error : undefined) : toWire(this.#failure);
    const exit = "exit" in end ? end.exit : undefined;
    this.#ending = {
      at: this.#now(),
      reason,
      ...(exit === undefined ? {} : { exit }),
      ...(error === undefined ? {} : { error }),
    };
    this.#wake();
    await this.#recording?.close(reason).catch(() => undefined);
    this.#onEnded(this);
  }

  /** Ends the program, for a reason other than its own. */
  close(reason: TerminalEnding["reason"], failure?: unknown): void {
    if (this.#reason !== undefined || this.#ending !== undefined) return;
    this.#reason = reason;
    this.#failure = failure;
    // Held back it might never notice.
    this.#holding = false;
    this.#program?.release();
    this.#program?.end();
  }

  /** Looks again whether the program must be held back: time has passed, or the disk has caught up. */
  balance(): void {
    if (this.#reason !== undefined || this.#ending !== undefined) return;
    const now = this.#now();
    const disk = (this.#recording?.pending() ?? 0) > UNWRITTEN;
    const hold =
      disk || mustHold({ end: this.#ring.end, holding: this.#holding, now }, this.#watching, LIMITS);
    if (hold === this.#holding) return;
    this.#holding = hold;
    if (hold) this.#program?.hold();
    else this.#program?.release();
  }

  /** Shows the terminal to one more connection, from a position that it has seen or from the oldest output that is kept. */
  attach(after: number | undefined, events: ViewerEvents): Viewer {
    const known = after !== undefined && after >= this.#ring.start && after <= this.#ring.end;
    const from = known ? after : this.#ring.firstWhole();
    const watching: Watching = { shown: from, sent: from, leftAt: undefined, events };
    // Whoever comes takes the place of those who left.
    this.#watching = [...this.#watching.filter(({ leftAt }) => leftAt === undefined), watching];
    return {
      from,
      start: () => this.#pump(watching),
      shown: (position) => {
        watching.shown = Math.min(watching.sent, Math.max(watching.shown, position));
        this.#pump(watching);
        this.balance();
      },
      input: (bytes) => {
        if (this.#ending !== undefined || this.#program === undefined) return true;
        if (this.#program.pendingInput() > UNTAKEN_INPUT) return false;
        this.#program.write(bytes);
        return true;
      },
      resize: (size) => this.#resize(size),
      leave: () => {
        watching.leftAt = this.#now();
        this.balance();
      },
    };
  }

  #wake(): void {
    clearImmediate(this.#waking);
    this.#waking = undefined;
    for (const watching of this.#watching) this.#pump(watching);
  }

  #resize(size: TerminalSize): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#program?.resize(size);
    this.#recording?.resize(size);
  }

  /** Sends as much as the connection may have on its way. */
  #pump(watching: Watching): void {
    if (watching.leftAt !== undefined) return;
    // Only a viewer that was slower than the grace allows can be behind what is kept; the page shows the gap.
    if (watching.sent < this.#ring.start) {
      watching.sent = this.#ring.firstWhole();
      watching.shown = watching.sent;
    }
    while (watching.sent < this.#ring.end) {
      const room = watching.shown + TERMINAL_WINDOW - watching.sent;
      const length = Math.min(room, this.#ring.end - watching.sent, PIECE);
      if (length <= 0) return;
      const frame = Buffer.allocUnsafeSlow(OUTPUT_HEADER + length);
      headOutput(frame, watching.sent);
      this.#ring.read(watching.sent, frame.subarray(OUTPUT_HEADER));
      watching.sent += length;
      watching.events.send(frame);
    }
    if (this.#ending !== undefined) watching.events.ended(this.#ending);
  }
}
