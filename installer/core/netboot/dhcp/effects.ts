import type { Mac } from "../mac.ts";
import type { BootEvent } from "../timeline/events.ts";
import type { Lease } from "./lease-table.ts";
import type { DhcpMessage } from "./message.ts";

/** Where a packet came from. */
export interface Peer {
  readonly address: number;
  readonly port: number;
}

/** Where an answer goes (RFC 2131, section 4.1). */
export type Destination =
  | { readonly kind: "broadcast"; readonly port: number }
  | { readonly kind: "unicast"; readonly address: number; readonly port: number }
  /** The machine has the address only once it has this answer: it is reached by hardware address, or by broadcast. */
  | { readonly kind: "hardware"; readonly mac: Mac; readonly address: number; readonly port: number };

/**
 * What the server is to do, in order. A lease is stored before the answer that depends on it goes out, so that no machine
 * is told of an address that a restarted server would give to another.
 */
export type DhcpEffect =
  | { readonly kind: "store"; readonly lease: Lease }
  | { readonly kind: "send"; readonly message: DhcpMessage; readonly to: Destination }
  /** See whether anything answers for the address, and report to `DhcpPolicy.probed`. */
  | { readonly kind: "probe"; readonly mac: Mac; readonly address: number }
  | { readonly kind: "tell"; readonly event: BootEvent };
