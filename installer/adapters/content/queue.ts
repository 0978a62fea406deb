/** How long a transfer of a higher rank waits after the last one of a lower rank has ended: between two files of it. */
const HOLD_MS = 250;

interface Waiting {
  readonly rank: number;
  readonly machine: string;
  readonly start: () => void;
}

/** A place in the queue, to be given back when the transfer has ended. */
export type Turn = Disposable;

/**
 * Decides which transfer may run. A lower rank goes first and alone; within a rank, machines with fewer transfers under
 * way go first, so that none is starved by one that asks for much.
 */
export class TransferQueue {
  readonly #width: number;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, number>();
  readonly #ranks = new Map<number, number>();
  readonly #held = new Map<number, number>();
  readonly #now: () => number;
  #count = 0;

  /** @param width transfers under way at once, over all machines */
  constructor(width: number, now: () => number = () => performance.now()) {
    this.#width = width;
    this.#now = now;
  }

  /** Waits for a turn; an aborted signal gives the place up and rejects with its reason. */
  async enter(of: {
    readonly machine: string;
    readonly rank: number;
    readonly signal: AbortSignal;
  }): Promise<Turn> {
    const { machine, rank, signal } = of;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { rank, machine, start: resolve };
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      reject(signal.reason as Error);
    };
    this.#waiting.push(waiting);
    signal.addEventListener("abort", giveUp, { once: true });
    this.#pump();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
    let given = false;
    return {
      [Symbol.dispose]: () => {
        if (given) return;
        given = true;
        this.#leave(machine, rank);
      },
    };
  }

  #leave(machine: string, rank: number): void {
    this.#count -= 1;
    this.#running.set(machine, (this.#running.get(machine) ?? 1) - 1);
    this.#ranks.set(rank, (this.#ranks.get(rank) ?? 1) - 1);
    this.#held.set(rank, this.#now() + HOLD_MS);
    this.#pump();
    setTimeout(() => this.#pump(), HOLD_MS + 1).unref();
  }

  #pump(): void {
    while (this.#count < this.#width) {
      const next = this.#next();
      if (next === undefined) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#count += 1;
      this.#running.set(next.machine, (this.#running.get(next.machine) ?? 0) + 1);
      this.#ranks.set(next.rank, (this.#ranks.get(next.rank) ?? 0) + 1);
      next.start();
    }
  }

  #next(): Waiting | undefined {
    const lowest = Math.min(
      ...this.#waiting.map(({ rank }) => rank),
      ...[...this.#ranks].filter(([, count]) => count > 0).map(([rank]) => rank),
      ...[...this.#held].filter(([, until]) => until > this.#now()).map(([rank]) => rank),
    );
    const load = ({ machine }: Waiting): number => this.#running.get(machine) ?? 0;
    return this.#waiting
      .filter(({ rank }) => rank === lowest)
      .reduce<Waiting | undefined>(
        (best, one) => (best === undefined || load(one) < load(best) ? one : best),
        undefined,
      );
  }
}
