import type { Agreement } from "./negotiate.ts";

/** What a transfer does next. Blocks count from 1 and do not wrap; the wire carries their low 16 bits. */
export type SenderStep =
  | { readonly kind: "options" }
  | { readonly kind: "blocks"; readonly first: number; readonly last: number }
  | { readonly kind: "wait" }
  | { readonly kind: "done" }
  | { readonly kind: "lost" };

/** Times an unanswered packet is sent again before the client counts as gone. */
const MOST_RESENDS = 6;

/** Longest pause between two resends. */
const MOST_PAUSE_MS = 8000;

const WAIT: SenderStep = { kind: "wait" };

/**
 * The sending side of one TFTP transfer with windows (RFC 1350, 2347, 7440): which blocks go out after which
 * acknowledgement or silence. It knows neither sockets nor files nor time.
 */
export class TftpSender {
  readonly #blocks: number;
  readonly #window: number;
  readonly #firstPauseMs: number;
  /** Highest block known to have arrived; -1 while the options are not acknowledged. */
  #arrived: number;
  #sent = 0;
  #resends = 0;
  /** The last window was sent again because of an acknowledgement: further ones of the same kind are echoes. */
  #repeated = false;

  constructor(agreement: Agreement, size: number) {
    // RFC 1350: a block shorter than the rest ends the transfer, so a file of whole blocks ends with an empty one.
    this.#blocks = Math.floor(size / agreement.blockSize) + 1;
    this.#window = agreement.windowSize;
    this.#firstPauseMs = agreement.timeoutMs;
    this.#arrived = agreement.answer.size > 0 ? -1 : 0;
  }

  /** Milliseconds of silence after which {@link silence} is to be called; it doubles with each resend. */
  get pauseMs(): number {
    return Math.min(this.#firstPauseMs * 2 ** this.#resends, Math.max(MOST_PAUSE_MS, this.#firstPauseMs));
  }

  /** Blocks that have arrived for sure. */
  get arrived(): number {
    return Math.max(0, this.#arrived);
  }

  /** The first packet of the transfer. */
  start(): SenderStep {
    return this.#arrived < 0 ? { kind: "options" } : this.#nextWindow();
  }

  /** The client acknowledged `wire`, 16 bits of a block number. */
  acknowledged(wire: number): SenderStep {
    if (this.#arrived < 0) {
      if (wire !== 0) return WAIT;
      this.#arrived = 0;
      this.#resends = 0;
      return this.#nextWindow();
    }
    const ahead = (wire - this.#arrived) & 0xffff;
    if (ahead === 0) return this.#repeatedAcknowledgement();
    const block = this.#arrived + ahead;
    // Beyond what was sent: an echo of an earlier window, or nonsense.
    if (block > this.#sent) return WAIT;
    this.#arrived = block;
    this.#resends = 0;
    this.#repeated = false;
    if (block >= this.#blocks) return { kind: "done" };
    return this.#nextWindow();
  }

  /**
   * A repeated acknowledgement says, with windows, that the first block of the window is missing: send it again, once.
   * Without windows it must be ignored, or each of them doubles the traffic from then on (RFC 1123, section 4.2.3.1).
   */
  #repeatedAcknowledgement(): SenderStep {
    if (this.#window === 1 || this.#repeated || this.#sent === this.#arrived) return WAIT;
    this.#repeated = true;
    return this.#nextWindow();
  }

  /** Nothing came for {@link pauseMs}. */
  silence(): SenderStep {
    this.#resends += 1;
    this.#repeated = false;
    if (this.#resends > MOST_RESENDS) return { kind: "lost" };
    return this.#arrived < 0 ? { kind: "options" } : this.#nextWindow();
  }

  #nextWindow(): SenderStep {
    const first = this.#arrived + 1;
    const last = Math.min(this.#arrived + this.#window, this.#blocks);
    this.#sent = last;
    return { kind: "blocks", first, last };
  }
}
