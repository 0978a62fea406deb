/** How much may come: `burst` at once, and `perSecond` for good. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket that fills by itself and is emptied by what comes. */
export class Bucket {
  readonly #rate: Rate;
  #left: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = now;
  }

  /** Takes one; gives the seconds to wait when there is none. */
  take(now: number): number {
    const { perSecond, burst } = this.#rate;
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return Math.ceil((1 - this.#left) / perSecond);
    this.#left -= 1;
    return 0;
  }

  /** True when nothing came for so long that a new bucket would be the same. */
  isFull(now: number): boolean {
    const { perSecond, burst } = this.#rate;
    return this.#left + ((now - this.#at) / 1000) * perSecond >= burst;
  }
}

/** Buckets by address. There are never many: full ones are forgotten. */
export class Rates {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Seconds that the address must wait; 0 when it may go on. */
  take(address: string, now: number): number {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      if (this.#buckets.size >= 10_000) this.#tidy(now);
      bucket = new Bucket(this.#rate, now);
      this.#buckets.set(address, bucket);
    }
    return bucket.take(now);
  }

  #tidy(now: number): void {
    for (const [address, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(address);
  }
}
