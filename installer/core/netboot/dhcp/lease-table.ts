import type { Mac } from "../mac.ts";

/** Who has, or last had, an address. */
export interface Lease {
  readonly address: number;
  /** The machine; for a declined address the one that found it in use. */
  readonly mac: Mac;
  /**
   * `bound`: acknowledged. `released`: given back, and kept for the machine while there are others. `declined`: somebody
   * else answers for the address.
   */
  readonly state: "offered" | "bound" | "released" | "declined";
  /** Milliseconds since the epoch at which the state ends; the address is kept for its machine after that. */
  readonly until: number;
}

/** A run of addresses to give out. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** What an address is looked for with. */
export interface AddressWish {
  readonly mac: Mac;
  readonly ranges: readonly AddressRange[];
  /** The only address this machine may have, when it has a reservation. */
  readonly reserved: number | undefined;
  /** What the machine would like, when it says so. */
  readonly wished: number | undefined;
  /** Addresses of other machines' reservations, the server itself, the router. */
  readonly isTaken: (address: number) => boolean;
  readonly now: number;
}

/**
 * The addresses of one server. Machines are told apart by hardware address alone: firmware, iPXE and the installed system
 * of one machine send three different client identifiers and would get three addresses.
 */
export class LeaseTable {
  readonly #byAddress = new Map<number, Lease>();
  readonly #byMac = new Map<Mac, number>();
  /** Where the search for an address that was never used goes on, by the first address of each range. */
  readonly #fresh = new Map<number, number>();

  constructor(leases: readonly Lease[] = []) {
    for (const lease of leases) this.set(lease);
  }

  get size(): number {
    return this.#byAddress.size;
  }

  all(): Lease[] {
    return [...this.#byAddress.values()];
  }

  at(address: number): Lease | undefined {
    return this.#byAddress.get(address);
  }

  /** The address a machine has, is offered or last had; a declined one is nobody's. */
  of(mac: Mac): Lease | undefined {
    const address = this.#byMac.get(mac);
    return address === undefined ? undefined : this.#byAddress.get(address);
  }

  set(lease: Lease): void {
    this.#forgetOwner(lease.address);
    this.#byAddress.set(lease.address, lease);
    if (lease.state === "declined") return;
    const earlier = this.#byMac.get(lease.mac);
    if (earlier !== undefined && earlier !== lease.address) this.#byAddress.delete(earlier);
    this.#byMac.set(lease.mac, lease.address);
  }

  delete(address: number): void {
    this.#forgetOwner(address);
    this.#byAddress.delete(address);
  }

  #forgetOwner(address: number): void {
    const owner = this.#byAddress.get(address)?.mac;
    if (owner !== undefined && this.#byMac.get(owner) === address) this.#byMac.delete(owner);
  }

  /** Whether the machine may have the address now. */
  isFreeFor(address: number, { mac, now }: { readonly mac: Mac; readonly now: number }): boolean {
    const lease = this.#byAddress.get(address);
    if (lease === undefined) return true;
    if (lease.state === "declined") return lease.until <= now;
    return lease.mac === mac || lease.state === "released" || lease.until <= now;
  }

  /**
   * The address for a machine: its reservation, else the one it has or had, else the one it wishes, else one that was
   * never used, else the one that has been unused for longest. Undefined when nothing is free.
   */
  find(wish: AddressWish): number | undefined {
    const { mac, reserved, wished, ranges, now } = wish;
    if (reserved !== undefined) return this.isFreeFor(reserved, { mac, now }) ? reserved : undefined;
    const usable = (address: number): boolean =>
      ranges.some(({ first, last }) => address >= first && address <= last) &&
      !wish.isTaken(address) &&
      this.isFreeFor(address, { mac, now });
    const had = this.#byMac.get(mac);
    if (had !== undefined && usable(had)) return had;
    if (wished !== undefined && usable(wished)) return wished;
    return this.#neverUsed(wish) ?? this.#longestUnused(usable);
  }

  #neverUsed({ ranges, isTaken }: AddressWish): number | undefined {
    for (const { first, last } of ranges) {
      let address = this.#fresh.get(first) ?? first;
      while (address <= last && (this.#byAddress.has(address) || isTaken(address))) address += 1;
      this.#fresh.set(first, address);
      if (address <= last) return address;
    }
    return undefined;
  }

  #longestUnused(usable: (address: number) => boolean): number | undefined {
    let best: Lease | undefined;
    for (const lease of this.#byAddress.values()) {
      if ((best === undefined || lease.until < best.until) && usable(lease.address)) best = lease;
    }
    return best?.address;
  }
}
