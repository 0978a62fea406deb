/** The appliance's clock, served to machines by NTP. */
export interface TimeServer {
  /** Serves on the address (port 123) from now on; free when it does already. Rejects with TIME_SERVER_UNAVAILABLE. */
  serve(address: string): Promise<void>;
}
