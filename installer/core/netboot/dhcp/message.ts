/** Options by number. Long ones are joined already (RFC 3396); the order is the order on the wire. */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>;

/** A BOOTP/DHCP packet (RFC 2131, figure 1). Addresses are unsigned numbers, 0 for none. */
export interface DhcpMessage {
  readonly op: "request" | "reply";
  /** 1 is Ethernet (RFC 1700, "Number Hardware Type"). */
  readonly hardwareType: number;
  /** As many bytes as the packet says, at most 16. */
  readonly hardwareAddress: Uint8Array;
  readonly hops: number;
  readonly xid: number;
  /** Seconds since the client began; some relays and servers wait for it to grow. */
  readonly secs: number;
  /** The client cannot be reached by unicast before it has its address. */
  readonly broadcast: boolean;
  readonly clientAddress: number;
  readonly yourAddress: number;
  readonly nextServer: number;
  readonly relayAddress: number;
  /** Empty when the field is used for options or holds nothing. */
  readonly serverName: string;
  readonly bootFile: string;
  readonly options: DhcpOptions;
}
