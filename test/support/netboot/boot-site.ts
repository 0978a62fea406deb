import { join } from "node:path";
import { openBootLibrary } from "../../../installer/adapters/netboot/boot-files.ts";
import { memoryLeases } from "../../../installer/adapters/netboot/dhcp/memory-leases.ts";
import { type Netboot, startNetboot, textFile } from "../../../installer/adapters/netboot/services.ts";
import type { BootClient } from "../../../installer/core/netboot/dhcp/client.ts";
import type { DhcpSettings, Intent } from "../../../installer/core/netboot/dhcp/settings.ts";
import { bootFor } from "../../../installer/core/netboot/loaders.ts";
import { ipxeScript } from "../../../installer/core/netboot/scripts/ipxe.ts";
import type { BootEvent } from "../../../installer/core/netboot/timeline/events.ts";
import { machineUrl, publicUrl } from "../../../installer/core/netboot/urls.ts";
import { parseAddress, parseBlock } from "../../../installer/core/net/ipv4.ts";
import type { OtherDhcpServer } from "../../../installer/core/ports/netboot.ts";
import type { GuestFiles } from "./guest.ts";
import { sizeOf } from "./guest.ts";
import { SITE_ADDRESS } from "./site.ts";

/** Our boot services on a test site, with everything they told. */
export interface BootSite {
  readonly netboot: Netboot;
  readonly events: BootEvent[];
  readonly others: OtherDhcpServer[];
}

/** How the services are to be started. */
export interface BootSiteOptions {
  readonly bridge: string;
  readonly mode: DhcpSettings["mode"];
  readonly guest: GuestFiles;
  /** Machines that may boot. */
  readonly macs: readonly string[];
  readonly lookMs?: number;
  readonly lookAgainMs?: number;
  readonly httpLoader?: string;
}

/** Starts the services; every listed machine is sent to the guest's kernel. */
export const startBootSite = async (options: BootSiteOptions): Promise<BootSite> => {
  const events: BootEvent[] = [];
  const others: OtherDhcpServer[] = [];
  const base = `http://${SITE_ADDRESS}`;
  const library = openBootLibrary(join(options.guest.folder, "tree"));
  const scripts = new Map<string, string>();
  for (const mac of options.macs) {
    const { kernel, initrd } = options.guest;
    const files = new Map([
      ["vmlinuz", { kind: "file", role: "kernel", path: kernel, size: sizeOf(kernel) } as const],
      ["initrd", { kind: "file", role: "initrd", path: initrd, size: sizeOf(initrd) } as const],
    ]);
    // The script names URLs with the machine's token, so it is made once the token is known.
    const all = new Map<
      string,
      (typeof files extends Map<string, infer F> ? F : never) | ReturnType<typeof textFile>
    >(files);
    const token = library.grant(mac, all);
    const script = ipxeScript({
      kind: "linux",
      title: `machine ${mac}`,
      kernel: machineUrl(base, token, "vmlinuz"),
      initrd: machineUrl(base, token, "initrd"),
      args: [
        { name: "console", value: "ttyS0" },
        { name: "slipway.mac", value: mac },
      ],
    });
    all.set("boot.ipxe", textFile(script));
    scripts.set(mac, machineUrl(base, token, "boot.ipxe"));
  }
  const subnet = parseBlock("10.77.0.0/24");
  if (subnet === undefined) throw new Error("never");
  const intentOf = (client: BootClient): Intent => {
    const script = scripts.get(client.mac);
    if (script === undefined) return { kind: "ignore" };
    const loaders = {
      tftp: { bios: "undionly.kpxe", "efi-x64": "snponly.efi" },
      http: { "efi-x64": publicUrl(base, options.httpLoader ?? "snponly.efi") },
      script,
    };
    return { kind: "serve", hostName: undefined, reserved: undefined, boot: bootFor(client, loaders) };
  };
  const netboot = await startNetboot({
    interface: options.bridge,
    address: SITE_ADDRESS,
    dhcp: {
      mode: options.mode,
      scopes: [
        {
          subnet,
          ranges: [{ first: parseAddress("10.77.0.50") ?? 0, last: parseAddress("10.77.0.150") ?? 0 }],
          router: undefined,
          nameServers: [],
        },
      ],
      leaseSeconds: 3600,
      relays: false,
    },
    directory: { intentOf, reservedFor: () => undefined },
    leases: memoryLeases(),
    files: library,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    onEvent: (event) => events.push(event),
    onOtherServer: (server) => others.push(server),
    onFault: (fault) => {
      throw fault;
    },
    lookMs: options.lookMs ?? 0,
    ...(options.lookAgainMs === undefined ? {} : { lookAgainMs: options.lookAgainMs }),
  });
  return { netboot, events, others };
};
