import { Socket } from "node:net";
import { SlipwayError } from "../../core/contract.ts";
import { explainNetwork, networkReason } from "./network-error.ts";

/** A TCP endpoint, and the text people know it by. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** `address:port`, the key of pins and the name in messages. */
export const endpointText = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** How much is gathered at most before it is written: less than the processor's cache holds, far more than a packet. */
const GATHERED_BYTES = 256 * 1024;

/**
 * Makes what is written to a connected socket in one turn of the event loop few system calls. ssh2 writes each packet in
 * three pieces (length, body, tag), which would be three TCP segments each. Not before the socket is connected: Node's
 * `connect` puts the plain `write` back.
 */
const gatherWrites = (socket: Socket): Socket => {
  let corked = false;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const flush = (): void => {
    if (!corked) return;
    corked = false;
    socket.uncork();
  };
  const gathered = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(flush);
    }
    const more = write(...args);
    if (socket.writableLength >= GATHERED_BYTES) flush();
    return more;
  };
  return Object.assign(socket, { write: gathered });
};

/** Opens TCP. Rejects with HOST_UNREACHABLE and the network's own reason, or ETIMEDOUT after `timeoutMs`. */
export const openSocket = (
  endpoint: Endpoint,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = new Socket();
    const fail = (reason: string, cause?: unknown): void => {
      settle();
      socket.destroy();
      reject(
        SlipwayError.of(
          "HOST_UNREACHABLE",
          { endpoint: endpointText(endpoint), reason },
          { detail: explainNetwork(reason, cause), cause },
        ),
      );
    };
    const timer = setTimeout(() => fail("ETIMEDOUT"), timeoutMs);
    const onAbort = (): void => fail("CLOSED");
    const onError = (error: Error): void => fail(networkReason(error), error);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.on("error", () => undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", onError);
    socket.setNoDelay(true);
    socket.connect({ host: endpoint.address, port: endpoint.port }, () => {
      settle();
      resolve(gatherWrites(socket));
    });
  });
