/** Words for what the network said, for the detail of HOST_UNREACHABLE and CONNECTION_LOST. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    "the machine answers but nothing listens on the port: sshd is not running, or a firewall rejects",
  EHOSTUNREACH: "no machine answers at this address (no ARP reply, or a router says unreachable)",
  ENETUNREACH: "the appliance has no route to this network",
  ETIMEDOUT: "no answer at all within the time-out: machine off, address wrong, or a firewall drops silently",
  ENOTFOUND: "the name does not resolve",
  EAI_AGAIN: "the name server does not answer",
  ECONNRESET: "the connection was reset by the machine or by something on the way",
  EPIPE: "the machine closed the connection while data was on its way",
  EACCES: "the appliance's own firewall forbids the connection",
  EADDRNOTAVAIL: "the appliance has no address to reach this network from",
  NO_GREETING: "TCP connects but sshd does not speak: the machine hangs, is frozen, or is overloaded",
  CLOSED_EARLY:
    "sshd closed the connection before the handshake: it is starting, stopping, or over its MaxStartups",
  LOGIN_TIMEOUT: "sshd does not finish the login: PAM or a name look-up on the machine may hang",
  SILENT: "no sign of life from the machine: power, freeze, or the network in between",
  CLOSED: "the machine closed the connection: sshd stopped, reboot, or power",
  JUMP_REFUSED: "the jump host does not open a connection to the machine",
};

/** The short code of a socket error, as in ECONNREFUSED. */
export const networkReason = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";

/** The code explained, with the original message behind it. */
export const explainNetwork = (reason: string, error?: unknown): string => {
  const meaning = meanings[reason] ?? "the network reports a fault";
  return error instanceof Error ? `${meaning} (${error.message})` : meaning;
};
