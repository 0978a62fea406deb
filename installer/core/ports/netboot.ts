import type { Lease } from "../netboot/dhcp/lease-table.ts";
import type { BootDirectory, DhcpSettings } from "../netboot/dhcp/settings.ts";
import type { Mac } from "../netboot/mac.ts";
import type { BootEvent, FileRole } from "../netboot/timeline/events.ts";

/** Where leases survive a restart of the engine. */
export interface LeaseStore {
  /** The newest state of each address; the lease that ends last comes last, so that it is the one its machine has. */
  load(): Promise<readonly Lease[]>;
  /** Stores all of them or none; they outlive a kill of the process when it resolves. */
  put(leases: readonly Lease[]): Promise<void>;
}

/** Looks for devices that use an address without having been given it. */
export interface AddressProbe {
  /** Whether anything but the machine `mac` itself answers for the address (RFC 5227). */
  taken(address: number, mac: Mac): Promise<boolean>;
}

/** A DHCP server that is not ours. */
export interface OtherDhcpServer {
  readonly address: string;
  readonly mac: Mac;
  /** False for one that only tells what to boot (proxyDHCP). */
  readonly givesAddresses: boolean;
}

/** Where the bytes of a boot file are. */
export type BootFile = {
  readonly role: FileRole;
  readonly size: number;
} & (
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** An absolute path; the file must not change while it is served. */
  | { readonly kind: "file"; readonly path: string }
);

/** What a machine asked for, and as whom. */
export interface BootFileRequest {
  readonly protocol: "tftp" | "http";
  /** As the client wrote it: a TFTP file name, or the path of a URL. */
  readonly path: string;
}

/** An answer to a request for a file. `mac` is known when the path itself tells whose file it is. */
export type BootFileAnswer =
  | { readonly kind: "found"; readonly file: BootFile; readonly mac: Mac | undefined }
  | { readonly kind: "missing" }
  /** A token that is not, or no longer, good. */
  | { readonly kind: "forbidden" };

/** The files that machines may have. */
export interface BootFiles {
  find(request: BootFileRequest): Promise<BootFileAnswer>;
}

/** The files of one machine, by their path below its URL; a function makes one anew each time it is asked for. */
export type MachineFiles = ReadonlyMap<string, BootFile | (() => Promise<BootFile>)>;

/** Makes files that are asked for by name; `mac` when the name tells the machine. */
export type NamedFiles = (
  path: string,
  protocol: BootFileRequest["protocol"],
) => Promise<{ readonly mac: Mac | undefined; readonly file: BootFile } | undefined>;

/** The files of a site's machines. */
export interface BootLibrary extends BootFiles {
  /** Gives a machine its own files, in the place of any it had: the token of its URLs. */
  grant(mac: Mac, files: MachineFiles): string;
  /** The machine's URLs end. */
  revoke(mac: Mac): void;
}

/** Hears of everything that happens to machines as they boot. Must not throw and must not wait. */
export type BootListener = (event: BootEvent) => void;

/** What boot services are started with. */
export interface BootServiceWish {
  /** Name of the interface, and its address: both must fit, so that the wrong one is noticed. */
  readonly interface: string;
  readonly address: string;
  readonly dhcp: Omit<DhcpSettings, "address">;
  readonly directory: BootDirectory;
  readonly files: BootFiles;
  readonly onEvent: BootListener;
  /** A DHCP server that appeared, or changed, after the start. */
  readonly onOtherServer: (server: OtherDhcpServer) => void;
  readonly onFault: (fault: unknown) => void;
}

/** Boot services that run. */
export interface RunningBootServices {
  /** URL of the HTTP server, without a slash at the end. */
  readonly base: string;
  readonly leases: () => readonly Lease[];
  close(): Promise<void>;
}

/** DHCP, TFTP, HTTP and router advertisements on one interface. */
export interface BootServices {
  /** All of them or none. Rejects with the errors of the netboot area. */
  start(wish: BootServiceWish): Promise<RunningBootServices>;
  library(tree: string, named: NamedFiles): BootLibrary;
}
