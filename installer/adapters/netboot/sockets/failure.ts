import { SlipwayError } from "../../../contract/errors/index.ts";

/** Where a socket was to be opened. */
export interface SocketPlace {
  readonly interface: string;
  readonly address: string;
  readonly port: number;
}

const names = new Map([
  [1, "EPERM"],
  [13, "EACCES"],
  [19, "ENODEV"],
  [98, "EADDRINUSE"],
  [99, "EADDRNOTAVAIL"],
]);

/** A failed socket call as an error of the catalogue; `problem` is an errno of Linux or a code of Node's. */
export const socketFailure = (place: SocketPlace, problem: number | string): SlipwayError => {
  const code = typeof problem === "number" ? (names.get(problem) ?? `errno ${problem}`) : problem;
  const { interface: name, port, address } = place;
  switch (code) {
    case "ENODEV":
    case "EADDRNOTAVAIL":
      return SlipwayError.of("NETBOOT_INTERFACE_UNKNOWN", { interface: name, address });
    case "EADDRINUSE":
      return SlipwayError.of("NETBOOT_PORT_TAKEN", { interface: name, port, problem: code });
    default:
      return SlipwayError.of("NETBOOT_NOT_PERMITTED", { interface: name, port, problem: code });
  }
};

/** The code of something thrown by Node's own sockets. */
export const nodeCode = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
