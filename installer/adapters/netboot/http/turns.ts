/** How long a turn lasts at most: a client that takes longer for one piece waits outside. */
const MOST_MS = 1000;

/**
 * Lets a limited number of clients have a piece in flight at once, first come, first served. Each client asks again for
 * every piece, so that all get the same share however many there are and however much each wants, and memory stays flat.
 */
export class Turns {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #first = 0;
  #taken = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Resolves when it is the caller's turn, with what gives the turn back. It also ends by itself after a second. */
  take(): Promise<() => void> | (() => void) {
    if (this.#taken < this.#width) return this.#begin();
    return new Promise((resolve) => this.#waiting.push(() => resolve(this.#begin())));
  }

  #begin(): () => void {
    this.#taken += 1;
    let given = false;
    const give = (): void => {
      if (given) return;
      given = true;
      clearTimeout(timer);
      this.#taken -= 1;
      this.#next();
    };
    const timer = setTimeout(give, MOST_MS);
    timer.unref();
    return give;
  }

  #next(): void {
    const next = this.#waiting[this.#first];
    if (next === undefined) return;
    this.#first += 1;
    // The array is cut now and then instead of moved at every turn.
    if (this.#first > 256 && this.#first * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    next();
  }
}
