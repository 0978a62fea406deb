import { latin1Bytes } from "../../core/netboot/bytes.ts";
import type { BootDirectory, DhcpSettings } from "../../core/netboot/dhcp/settings.ts";
import type { Lease } from "../../core/netboot/dhcp/lease-table.ts";
import type { Mac } from "../../core/netboot/mac.ts";
import { formatAddress, parseAddress } from "../../core/net/ipv4.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { BootFiles, BootListener, LeaseStore, OtherDhcpServer } from "../../core/ports/netboot.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { openAddressProbe } from "./dhcp/address-probe.ts";
import { findOtherServers } from "./dhcp/other-servers.ts";
import { startDhcpServer } from "./dhcp/server.ts";
import { FileBlocks } from "./file-blocks.ts";
import { startHttpServer } from "./http/server.ts";
import { neighbours } from "./neighbours.ts";
import { advertise } from "./router-advertiser.ts";
import { localInterface } from "./sockets/packet-socket.ts";
import { startTftpServer } from "./tftp/server.ts";

/** Everything that machines need to boot from the network, on one interface. */
export interface NetbootOptions {
  /** Name of the interface, and its address: both must fit, so that the wrong one is noticed. */
  readonly interface: string;
  readonly address: string;
  readonly dhcp: Omit<DhcpSettings, "address">;
  readonly directory: BootDirectory;
  readonly leases: LeaseStore;
  readonly files: BootFiles;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly onEvent: BootListener;
  /** A DHCP server that appeared, or changed, after the start. */
  readonly onOtherServer: (server: OtherDhcpServer) => void;
  readonly onFault: (fault: unknown) => void;
  /** MTU of the network; decides the largest TFTP block. Default 1500. */
  readonly mtu?: number;
  /** Milliseconds to listen for other DHCP servers before the start. Default 4000; 0 looks for none. */
  readonly lookMs?: number;
  /** Pause between two looks for other servers later on. Default one minute. */
  readonly lookAgainMs?: number;
}

/** Boot services that run. */
export interface Netboot {
  /** URL of the HTTP server, without a slash at the end. */
  readonly base: string;
  readonly leases: () => readonly Lease[];
  close(): Promise<void>;
}

const LOOK_MS = 4000;
const LOOK_AGAIN_MS = 60_000;

/**
 * Starts DHCP (or proxyDHCP), TFTP, HTTP and router advertisements; all of them or none. Rejects with NETBOOT_OTHER_DHCP
 * when a full DHCP server was asked for and another one answers, with NETBOOT_INTERFACE_UNKNOWN, NETBOOT_NOT_PERMITTED or
 * NETBOOT_PORT_TAKEN.
 */
export const startNetboot = async (options: NetbootOptions): Promise<Netboot> => {
  const device = localInterface(options.interface, options.address);
  const settings: DhcpSettings = { ...options.dhcp, address: parseAddress(options.address) ?? 0 };
  const look = options.lookMs ?? LOOK_MS;
  const known = look === 0 ? [] : await findOtherServers(device, { waitMs: look });
  const rivals = known.filter(({ givesAddresses }) => givesAddresses);
  if (settings.mode === "full" && rivals.length > 0) {
    const servers = rivals.map(({ address, mac }) => `${address} (${mac})`).join(", ");
    throw SlipwayError.of("NETBOOT_OTHER_DHCP", { interface: device.name, servers });
  }
  await using stack = new AsyncDisposableStack();
  const owners = new Owners();
  const { files, clock, onEvent } = options;
  const blocks = new FileBlocks();
  const serving = { device, files, blocks, clock, macAt: (address: string) => owners.at(address), onEvent };
  const probe = stack.use(openAddressProbe(device));
  const http = stack.adopt(await startHttpServer(serving), (server) => server.close());
  const limits = { blockSize: (options.mtu ?? 1500) - 32, windowSize: 64 };
  stack.adopt(await startTftpServer({ ...serving, limits }), (server) => server.close());
  const dhcp = stack.adopt(
    await startDhcpServer({
      device,
      settings,
      directory: options.directory,
      store: options.leases,
      probe,
      clock,
      onEvent: (event) => {
        if (event.kind === "dhcp" && event.address !== "") owners.learn(event.address, event.mac);
        onEvent(event);
      },
      onStoreFault: options.onFault,
    }),
    (server) => server.close(),
  );
  for (const { address, mac } of dhcp.leases()) owners.learn(formatAddress(address), mac);
  stack.use(advertise(device));
  if (look > 0) {
    const stop = new AbortController();
    const watching = watch(options, { device, known, signal: stop.signal });
    stack.defer(async () => {
      stop.abort();
      await watching;
    });
  }
  const running = stack.move();
  return { base: http.base, leases: () => dhcp.leases(), close: () => running.disposeAsync() };
};

/** Which machine has which address: by what DHCP said, else by what the kernel's neighbour table says. */
class Owners {
  readonly #seen = new Map<string, Mac>();

  learn(address: string, mac: Mac): void {
    this.#seen.set(address, mac);
  }

  at(address: string): Mac | undefined {
    const known = this.#seen.get(address);
    if (known !== undefined) return known;
    const found = neighbours().get(address);
    if (found !== undefined) this.#seen.set(address, found);
    return found;
  }
}

interface Watch {
  readonly device: ReturnType<typeof localInterface>;
  readonly known: readonly OtherDhcpServer[];
  readonly signal: AbortSignal;
}

/** Looks again and again; each server that was not there before is reported once. */
const watch = async (options: NetbootOptions, { device, known, signal }: Watch): Promise<void> => {
  const nameOf = ({ mac, address, givesAddresses }: OtherDhcpServer): string =>
    `${mac} ${address} ${givesAddresses}`;
  const seen = new Set(known.map(nameOf));
  while (!signal.aborted) {
    await pause(options.lookAgainMs ?? LOOK_AGAIN_MS, signal);
    try {
      for (const server of await findOtherServers(device, { signal })) {
        if (seen.has(nameOf(server))) continue;
        seen.add(nameOf(server));
        options.onOtherServer(server);
      }
    } catch (fault) {
      options.onFault(fault);
    }
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/** A boot file made of text. */
export const textFile = (
  text: string,
): { kind: "bytes"; role: "script"; size: number; bytes: Uint8Array } => {
  const bytes = latin1Bytes(text);
  return { kind: "bytes", role: "script", size: bytes.length, bytes };
};
