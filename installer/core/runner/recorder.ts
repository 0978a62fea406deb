import { isCode, toWire, type EventBody, type LiveEvent, type OperationId } from "../contract.ts";
import type { Durability, Journal } from "../ports/journal.ts";
import type { Clock } from "../ports/index.ts";

/** How often an operation that waits for disk space looks again. */
const holdPollMs = 1000;

/** Whose events are recorded and who hears of a full disk. */
export interface RecorderOptions {
  readonly operation: OperationId;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly onLive: (event: LiveEvent) => void;
  /** Aborts when the engine stops: a held write then gives up. */
  readonly signal: AbortSignal;
}

/**
 * The only way in which a run writes: it appends, and holds the operation while the disk is full. A step that
 * cannot be recorded does not happen, so holding the write holds the operation.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #holding = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Resolves once the event is durable. Rejects with the journal's error when it can never be, CANCELLED on stop. */
  async record(body: EventBody, durability: Durability = "commit"): Promise<void> {
    const { operation, journal, clock, onLive, signal } = this.#options;
    let held = false;
    for (;;) {
      try {
        await journal.append(operation, body, durability);
        if (held && --this.#holding === 0) onLive({ type: "operation.released", operation });
        return;
      } catch (error) {
        if (!isCode(error, "JOURNAL_FULL")) throw error;
        if (!held && ++this.#holding === 1)
          onLive({ type: "operation.held", operation, error: toWire(error) });
        held = true;
        await clock.sleep(holdPollMs, signal);
      }
    }
  }
}
