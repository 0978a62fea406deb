import type { Lease } from "../../../core/netboot/dhcp/lease-table.ts";
import type { LeaseStore } from "../../../core/ports/netboot.ts";

/** Leases that are forgotten with the process: for proxy mode, which gives none, and for benchmarks. */
export const memoryLeases = (): LeaseStore => {
  const kept = new Map<number, Lease>();
  return {
    load: async () => [...kept.values()].toSorted((a, b) => a.until - b.until),
    put: async (leases) => {
      for (const lease of leases) kept.set(lease.address, lease);
    },
  };
};
