import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import type { MetalSpec } from "../../contract/spec/metal.ts";
import type { OperationId } from "../../core/contract.ts";
import { latin1Bytes } from "../../core/netboot/bytes.ts";
import type { BootClient } from "../../core/netboot/dhcp/client.ts";
import type { BootDirectory, Intent } from "../../core/netboot/dhcp/settings.ts";
import { bootFor } from "../../core/netboot/loaders.ts";
import { parseMac, type Mac } from "../../core/netboot/mac.ts";
import { grubScript } from "../../core/netboot/scripts/grub.ts";
import { ipxeScript } from "../../core/netboot/scripts/ipxe.ts";
import type { BootTarget } from "../../core/netboot/scripts/target.ts";
import { machineUrl, publicUrl } from "../../core/netboot/urls.ts";
import { contains, parseAddress } from "../../core/net/ipv4.ts";
import type { Clock, Redactor } from "../../core/ports/index.ts";
import type { NodeImage } from "../../core/ports/metal.ts";
import type { BootFile, BootLibrary } from "../../core/ports/netboot.ts";
import { subnetOf, type BootDevice } from "../../core/provision/boot-scope.ts";
import { installerTarget } from "../../core/provision/boot-target.ts";
import { isMeant } from "../../core/provision/meant.ts";
import { newToken, type MetalBook } from "./book.ts";

/** A machine that an operation waits for. */
export interface Waited {
  readonly cluster: ClusterSpec;
  readonly machine: MachineSpec;
  readonly metal: MetalSpec;
  readonly operation: OperationId;
  readonly image: NodeImage;
}

/** What is to become of a machine that asks. */
type Purpose =
  | { readonly kind: "install"; readonly waited: Waited }
  | { readonly kind: "discover"; readonly image: NodeImage }
  /** Installed: it gets an address, and its firmware goes on to the disk. */
  | { readonly kind: "disk"; readonly address: string; readonly hostname: string }
  | { readonly kind: "ignore" };

/** How the services run that the plan is served by. */
export interface Serving {
  readonly library: BootLibrary;
  readonly engine: string;
  readonly ca: string;
  readonly pem: string;
  readonly device: BootDevice;
  readonly mode: "full" | "proxy";
}

interface Granted {
  readonly urlToken: string;
  readonly image: NodeImage;
}

const text = (content: string, role: "script" | "other"): BootFile => {
  const bytes = latin1Bytes(content);
  return { kind: "bytes", role, size: bytes.length, bytes };
};

/** Decides for each machine whether it boots, what, and under which address. Asked for every packet: fast. */
export class BootPlan implements BootDirectory {
  readonly #parts: {
    readonly book: MetalBook;
    readonly clock: Pick<Clock, "now">;
    readonly redactor: Pick<Redactor, "add">;
  };
  readonly waited = new Map<string, Waited>();
  readonly #granted = new Map<Mac, Granted>();
  #discovery: NodeImage | undefined;
  #serving: Serving | undefined;
  #base = "";

  constructor(parts: { book: MetalBook; clock: Pick<Clock, "now">; redactor: Pick<Redactor, "add"> }) {
    this.#parts = parts;
  }

  wait(waited: Waited): void {
    this.waited.set(`${waited.cluster.name}/${waited.machine.name}`, waited);
  }

  release(cluster: string, machine: string): void {
    this.waited.delete(`${cluster}/${machine}`);
  }

  /** Unknown machines are booted with this; undefined: they are not answered. */
  discover(image: NodeImage | undefined): void {
    this.#discovery = image;
  }

  begin(serving: Serving): void {
    this.#serving = serving;
    this.#granted.clear();
  }

  serving(base: string): void {
    this.#base = base;
  }

  end(): void {
    this.#serving = undefined;
  }

  intentOf(client: BootClient): Intent {
    const purpose = this.#purposeOf(client.mac, client.uuid);
    switch (purpose.kind) {
      case "ignore":
        return { kind: "ignore" };
      case "disk": {
        const { hostname, address } = purpose;
        return { kind: "serve", hostName: hostname, reserved: this.#inside(address), boot: "none" };
      }
      case "install": {
        const { machine, metal, image } = purpose.waited;
        // In a VLAN of its own the address is not good on the untagged network that it boots from.
        const reserved = metal.network.vlan === undefined ? this.#inside(machine.address) : undefined;
        return { kind: "serve", hostName: machine.name, reserved, boot: this.#bootOf(client, image) };
      }
      case "discover":
        return {
          kind: "serve",
          hostName: undefined,
          reserved: undefined,
          boot: this.#bootOf(client, purpose.image),
        };
    }
  }

  reservedFor(address: number): Mac | undefined {
    for (const { machine, metal } of this.waited.values()) {
      if (parseAddress(machine.address) !== address) continue;
      return metal.mac ?? this.#parts.book.meantBy(metal)[0]?.mac ?? "-";
    }
    return undefined;
  }

  /** Files by name: the site CA's certificate, and GRUB's configuration, whose name tells the machine. */
  async named(
    path: string,
    protocol: "tftp" | "http",
  ): Promise<{ readonly mac: Mac | undefined; readonly file: BootFile } | undefined> {
    if (path === "site-ca.pem") return { mac: undefined, file: text(this.#serving?.pem ?? "", "other") };
    const mac = parseMac(/(?:^|\/)grub\.cfg-(01(?:-[0-9a-f]{2}){6})$/.exec(path)?.[1] ?? "");
    if (mac === undefined) return undefined;
    const target = await this.#targetOf(mac);
    return target === undefined ? undefined : { mac, file: text(grubScript(target, { protocol }), "script") };
  }

  #purposeOf(mac: Mac, uuid: string | undefined): Purpose {
    const { book } = this.#parts;
    const facts = book.machines.get(mac)?.facts;
    const marks = {
      macs: [mac, ...(facts?.nics ?? []).map((nic) => nic.mac.toLowerCase())],
      serial: facts?.serial ?? "",
      uuid: facts?.uuid ?? uuid ?? "",
    };
    const waited = [...this.waited.values()].find(({ metal }) => isMeant(metal, marks));
    if (waited !== undefined) {
      const { machine, cluster } = waited;
      const job = book.jobOf(cluster.name, machine.name);
      const written = job?.mac === mac && (job.state === "written" || job.state === "installed");
      return written
        ? { kind: "disk", address: machine.address, hostname: machine.name }
        : { kind: "install", waited };
    }
    const job = book.jobAt(mac);
    if (job?.state === "installed" && (job.identity.network.dhcp || this.#discovery !== undefined)) {
      return { kind: "disk", address: job.address, hostname: job.machine };
    }
    if (this.#discovery !== undefined) return { kind: "discover", image: this.#discovery };
    // A spec that names a machine by its serial number: nobody knows who has it before they have all said theirs.
    const bySerial = [...this.waited.values()].find(
      ({ metal }) => metal.mac === undefined && book.meantBy(metal).length === 0,
    );
    return bySerial === undefined ? { kind: "ignore" } : { kind: "discover", image: bySerial.image };
  }

  #inside(address: string): number | undefined {
    const device = this.#serving?.device;
    const parsed = parseAddress(address);
    return device !== undefined && parsed !== undefined && contains(subnetOf(device), parsed)
      ? parsed
      : undefined;
  }

  #bootOf(client: BootClient, image: NodeImage): ReturnType<typeof bootFor> {
    const { urlToken } = this.#grant(client.mac, image);
    return bootFor(client, {
      // The signed chain runs with Secure Boot on and off, so nobody has to know which it is.
      tftp: { bios: "undionly.kpxe", "efi-x64": "shimx64.efi" },
      http: { "efi-x64": publicUrl(this.#base, "shimx64.efi") },
      script: machineUrl(this.#base, urlToken, "boot.ipxe"),
    });
  }

  /** The machine's own files: the same ones for as long as what it boots stays the same. */
  #grant(mac: Mac, image: NodeImage): Granted {
    const known = this.#granted.get(mac);
    if (known?.image === image) return known;
    const { library } = this.#serving ?? {};
    if (library === undefined) throw new Error("never: nobody asks while nothing is served");
    const { kernel, initrd } = image;
    const urlToken = library.grant(
      mac,
      new Map<string, BootFile | (() => Promise<BootFile>)>([
        ["vmlinuz", { kind: "file", role: "kernel", path: kernel.path, size: kernel.size }],
        ["initrd", { kind: "file", role: "initrd", path: initrd.path, size: initrd.size }],
        ["boot.ipxe", async () => text(ipxeScript((await this.#targetOf(mac)) ?? diskTarget), "script")],
      ]),
    );
    const granted = { urlToken, image };
    this.#granted.set(mac, granted);
    return granted;
  }

  /** What a machine boots that asks for its script now: a boot of its own, with a token of its own. */
  async #targetOf(mac: Mac): Promise<BootTarget | undefined> {
    const serving = this.#serving;
    const purpose = this.#purposeOf(mac, undefined);
    if (serving === undefined || purpose.kind === "ignore") return undefined;
    if (purpose.kind === "disk") return diskTarget;
    const image = purpose.kind === "install" ? purpose.waited.image : purpose.image;
    const token = newToken();
    this.#parts.redactor.add(token);
    await this.#parts.book.booted(mac, { token, now: this.#parts.clock.now() });
    const { engine, ca } = serving;
    return installerTarget({
      mac,
      title:
        purpose.kind === "install" ? `installing ${purpose.waited.machine.name}` : "looking at this machine",
      base: this.#base,
      urlToken: this.#grant(mac, image).urlToken,
      engine,
      ca,
      token,
      consoles: purpose.kind === "install" ? consolesOf(purpose.waited.metal) : consolesOf(undefined),
    });
  }
}

const diskTarget: BootTarget = { kind: "disk", title: "this machine is installed" };

/** The screen, and a serial port for machines that have no other console. */
const consolesOf = (metal: MetalSpec | undefined): readonly string[] => [
  "tty0",
  ...(metal?.console ?? ["ttyS0"]),
];
