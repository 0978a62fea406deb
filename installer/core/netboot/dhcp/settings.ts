import type { Block } from "../../net/ipv4.ts";
import type { Mac } from "../mac.ts";
import type { BootClient } from "./client.ts";
import type { AddressRange } from "./lease-table.ts";

/** One subnet that addresses are given out in. */
export interface DhcpScope {
  readonly subnet: Block;
  readonly ranges: readonly AddressRange[];
  readonly router: number | undefined;
  readonly nameServers: readonly number[];
}

/** How the DHCP server behaves. */
export interface DhcpSettings {
  /** `full` gives addresses; `proxy` only tells what to boot, beside a site's own server. */
  readonly mode: "full" | "proxy";
  /** The server's own address, by which clients name it. */
  readonly address: number;
  /** The first is the interface's own subnet; others are reached through relays. */
  readonly scopes: readonly DhcpScope[];
  readonly leaseSeconds: number;
  /** Whether a relay's requests are answered; off, a packet with a relay's address is dropped. */
  readonly relays: boolean;
}

/** What a machine is to boot. */
export interface BootAnswer {
  /** Path below the TFTP tree, or a URL. */
  readonly file: string;
  readonly via: "tftp" | "http";
}

/** What is to become of a machine that asks. */
export type Intent =
  /** Not meant to be touched: it gets no answer at all. */
  | { readonly kind: "ignore" }
  | {
      readonly kind: "serve";
      readonly hostName: string | undefined;
      /** The address reserved for it. */
      readonly reserved: number | undefined;
      /** `none`: an address only, so that firmware goes on to the disk. `unsupported`: nothing here runs on it. */
      readonly boot: BootAnswer | "none" | "unsupported";
    };

/** Decides about machines; asked for every message, so that a change counts at once. Pure and fast. */
export interface BootDirectory {
  intentOf(client: BootClient): Intent;
  /** The machine an address is reserved for. */
  reservedFor(address: number): Mac | undefined;
}
