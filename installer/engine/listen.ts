import { isIP } from "node:net";
import { SlipwayError } from "../contract/errors/index.ts";

/** An address and a port to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `0.0.0.0:8443` or `[::]:8443`. Rejects with CONSOLE_LISTEN_FAILED; a host name is no address to listen on. */
export const parseListen = (text: string): ListenAddress => {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? bare ?? "";
  if (isIP(host) === 0 || Number(port) > 65_535) {
    throw SlipwayError.of("CONSOLE_LISTEN_FAILED", {
      listen: text,
      problem: "ADDRESS:PORT, such as 0.0.0.0:8443",
    });
  }
  return { host, port: Number(port) };
};

/** An address as it stands in a URL. */
export const urlHost = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
