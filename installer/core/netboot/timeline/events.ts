import type { ClientKind, Platform } from "../dhcp/client.ts";
import type { MessageType } from "../dhcp/codes.ts";
import type { Mac } from "../mac.ts";

/** What a file is to a machine that boots: it decides what the machine should ask for next. */
export type FileRole = "loader" | "script" | "kernel" | "initrd" | "image" | "other";

/** How a transfer ended. `declined`: the client only asked for the size, as firmware does before it loads. */
export type TransferOutcome = "done" | "declined" | "missing" | "forbidden" | "stalled" | "broken";

interface At {
  readonly mac: Mac;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A DHCP message that a machine sent or was sent. */
export interface DhcpSeen extends At {
  readonly kind: "dhcp";
  readonly message: MessageType;
  readonly client: ClientKind;
  readonly platform: Platform;
  /** Dotted; empty when the message has none. */
  readonly address: string;
  /** Boot file that an answer named; empty for none. */
  readonly file: string;
}

/** Why a machine that asked got no answer, or chose another one. */
export interface DhcpRefused extends At {
  readonly kind: "dhcp-refused";
  readonly reason:
    | "not-listed"
    | "no-free-address"
    | "no-loader"
    | "other-server"
    | "address-in-use"
    | "wrong-address";
  readonly client: ClientKind;
  readonly platform: Platform;
  /** The other server, the address in use or the address asked for, dotted; empty when there is none. */
  readonly about: string;
}

/** A file asked for over TFTP or HTTP, when the transfer ended. */
export interface FileSent extends At {
  readonly kind: "file";
  readonly protocol: "tftp" | "http";
  readonly path: string;
  readonly role: FileRole;
  readonly sent: number;
  readonly size: number;
  readonly ms: number;
  readonly outcome: TransferOutcome;
}

/** The beginning of a transfer, so that one under way shows. */
export interface FileStarted extends At {
  readonly kind: "file-started";
  readonly protocol: "tftp" | "http";
  readonly path: string;
  readonly role: FileRole;
  readonly size: number;
}

/** What the installer on the machine says about one of its steps. */
export interface InstallerSaid extends At {
  readonly kind: "installer";
  readonly step: string;
  readonly state: "running" | "done" | "failed";
  readonly detail: string;
}

/** The installed system's own signs of life. */
export interface SystemSeen extends At {
  readonly kind: "installed" | "first-boot" | "ssh";
}

/** Everything that is known about the boot of a machine, as it happens. */
export type BootEvent = DhcpSeen | DhcpRefused | FileSent | FileStarted | InstallerSaid | SystemSeen;
