/** The host keys this site trusts, by the address they were seen at. */
export interface HostKeys {
  /** Fingerprint (SHA256:...) pinned for `address:port`, or undefined when none was ever seen. */
  pinned(endpoint: string): Promise<string | undefined>;
  /** Pins a key on first use. A different key already pinned is kept and HOST_KEY_CHANGED is the caller's to raise. */
  pin(endpoint: string, fingerprint: string): Promise<void>;
  /** Forgets a pin, by an operator's decision (`slipway machine trust`). */
  forget(endpoint: string): Promise<void>;
  list(): Promise<
    readonly { readonly endpoint: string; readonly fingerprint: string; readonly pinnedAt: number }[]
  >;
}
