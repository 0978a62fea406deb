import type { HostKeys } from "../../installer/core/ports/host-keys.ts";

/** Pins in memory, with the same rule as the real table: the first key stays until it is forgotten. */
export class FakeHostKeys implements HostKeys {
  readonly #pins = new Map<string, { fingerprint: string; pinnedAt: number }>();

  async pinned(endpoint: string): Promise<string | undefined> {
    return this.#pins.get(endpoint)?.fingerprint;
  }

  async pin(endpoint: string, fingerprint: string): Promise<void> {
    if (!this.#pins.has(endpoint)) this.#pins.set(endpoint, { fingerprint, pinnedAt: this.#pins.size });
  }

  async forget(endpoint: string): Promise<void> {
    this.#pins.delete(endpoint);
  }

  async list(): Promise<readonly { endpoint: string; fingerprint: string; pinnedAt: number }[]> {
    return [...this.#pins]
      .map(([endpoint, pin]) => ({ endpoint, ...pin }))
      .toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }
}
