import type { Digest } from "../../contract/bundle/manifest.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";

/** How a machine reaches the appliance. */
export interface ApplianceAddress {
  /** The appliance's address on the network of that machine. */
  readonly address: string;
  /** Port of its HTTPS server. */
  readonly port: number;
}

/** What a machine may fetch, and how urgent it is. */
export interface OfferRequest {
  /** Blobs of the store. */
  readonly digests: readonly Digest[];
  /** Transfers of a lower rank go first, so that what others wait for is ready first. */
  readonly rank: number;
}

/** The right to fetch, until it is closed. */
export interface Offer extends AsyncDisposable {
  /** Blobs are at `<url>/<hex digest>`; with `?plain` decompressed. Ranges work for what is sent as it is stored. */
  readonly url: string;
  /** To be sent as `Authorization: Bearer`; known to the redactor. */
  readonly token: string;
}

/** The appliance's HTTPS server for machines: blobs by token, and all images of the stored bundles as a registry. */
export interface Content {
  /**
   * The address under which a machine sees the appliance; the server listens there from then on.
   * Rejects with CONTENT_PORT_TAKEN, CONTENT_ADDRESS_UNKNOWN.
   */
  addressFor(machine: MachineSpec): Promise<ApplianceAddress>;
  offer(machine: MachineSpec, request: OfferRequest): Promise<Offer>;
  /** A file of the appliance with a blob in it, decompressed when asked for, to be sent over SSH. */
  file(blob: { readonly digest: Digest; readonly plain?: Digest }): Promise<string>;
}
