import { createSocket } from "node:dgram";
import { SlipwayError } from "../../contract/errors/index.ts";

/**
 * The address of this computer that packets to `address` leave from, as the kernel's routes say. Connecting a datagram
 * socket sends nothing.
 */
export const localAddressFor = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const fail = (cause: Error): void => {
      socket.close();
      const problem = "code" in cause ? String(cause.code) : cause.message;
      reject(SlipwayError.of("CONTENT_ADDRESS_UNKNOWN", { address, problem }, { cause }));
    };
    socket.once("error", fail);
    socket.connect(9, address, () => {
      const local = socket.address().address;
      socket.close();
      resolve(local);
    });
  });
