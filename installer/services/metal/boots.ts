import { createHash } from "node:crypto";
import { isCode, SlipwayError, type OperationId } from "../../core/contract.ts";
import type { NetbootSettings } from "../../contract/spec/metal.ts";
import type { InstallerServer, InstallerDesk, MetalTarget, NodeImages } from "../../core/ports/metal.ts";
import type { BootServices, OtherDhcpServer, RunningBootServices } from "../../core/ports/netboot.ts";
import type { Clock, Log, Redactor, SiteCa } from "../../core/ports/index.ts";
import { deviceFor, dhcpSettingsFor, type BootDevice } from "../../core/provision/boot-scope.ts";
import type { BootWish } from "../../core/provision/records.ts";
import { BootPlan, type Waited } from "./boot-plan.ts";
import type { MetalBook } from "./book.ts";
import type { Timelines } from "./timelines.ts";

/** What the boot services are made of. */
export interface BootsParts {
  readonly services: BootServices;
  readonly server: InstallerServer;
  readonly images: NodeImages;
  readonly siteCa: Pick<SiteCa, "certificate">;
  readonly redactor: Pick<Redactor, "add">;
  readonly devices: () => readonly BootDevice[];
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  readonly book: MetalBook;
  readonly timelines: Timelines;
  readonly desk: InstallerDesk;
  /** Whether an operation may still want its machines. */
  readonly operationOpen: (id: OperationId) => Promise<boolean>;
}

/** The boot services as they run. */
export interface RunningBoots {
  readonly device: BootDevice;
  readonly settings: NetbootSettings;
  readonly base: string;
  readonly engine: string;
  readonly services: RunningBootServices;
  readonly others: Map<string, OtherDhcpServer>;
  readonly since: number;
  close(): Promise<void>;
}

/** How often it is looked whether an operation that waits for machines is over. */
const LOOK_MS = 5000;

/** Boot services on one interface: they run while an operation waits for a machine, or while an operator wants them. */
export class Boots {
  readonly #parts: BootsParts;
  readonly #plan: BootPlan;
  #running: RunningBoots | undefined;
  /** Starts and stops happen one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #watch: NodeJS.Timeout | undefined;

  constructor(parts: BootsParts) {
    this.#parts = parts;
    this.#plan = new BootPlan(parts);
  }

  get running(): RunningBoots | undefined {
    return this.#running;
  }

  /** Machines that operations wait for. */
  get waited(): readonly Waited[] {
    return [...this.#plan.waited.values()];
  }

  /** Whether anything here must go on when nobody calls. */
  get wanted(): boolean {
    return this.#parts.book.boot !== undefined || this.#plan.waited.size > 0;
  }

  async expect({ cluster, machine }: MetalTarget, operation: OperationId): Promise<void> {
    const { metal } = machine;
    if (metal === undefined) return;
    const wish = { bundle: cluster.bundle, kubernetes: cluster.kubernetes.version, variant: metal.variant };
    const image = await this.#parts.images.open(wish);
    const waited: Waited = { cluster, machine, metal, operation, image };
    await this.#next(async () => {
      const loaders = await this.#parts.images.loaders(wish);
      const settings = cluster.netboot ?? this.#parts.book.boot?.settings ?? this.#defaults;
      const reserved = [machine.address, ...this.waited.map((one) => one.machine.address)];
      if (this.#running === undefined)
        await this.#start(settings, { loaders, reserved, near: machine.address });
      else if (settings.mode === "full" && metal.network.vlan === undefined) {
        dhcpSettingsFor({ ...this.#running.settings, ranges: [] }, this.#running.device, [machine.address]);
      }
    });
    this.#plan.wait(waited);
    if (metal.mac !== undefined) this.#parts.timelines.expect(metal.mac, this.#parts.clock.now());
    this.#watch ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    this.#parts.book.ring();
  }

  async release({ cluster, machine }: Pick<MetalTarget, "cluster" | "machine">): Promise<void> {
    this.#plan.release(cluster.name, machine.name);
    if (machine.metal?.mac !== undefined) this.#parts.timelines.release(machine.metal.mac);
    await this.#stopWhenIdle();
  }

  /** An operator switches the services on, or changes how they run. Rejects with the errors of netboot. */
  async switchOn({ settings, discovery }: BootWish): Promise<void> {
    if (discovery && settings.mode === "full" && settings.ranges.length === 0) {
      const problem = "discovery needs ranges to give unknown machines addresses from, or proxy mode";
      throw SlipwayError.of("NETBOOT_SETTINGS", { problem });
    }
    const image = discovery ? await this.#parts.images.open({ variant: "server" }) : undefined;
    const loaders = await this.#parts.images.loaders({ variant: "server" });
    await this.#next(async () => {
      await this.#stop();
      const reserved = this.waited.map(({ machine }) => machine.address);
      await this.#start(settings, { loaders, reserved, near: undefined });
    });
    this.#plan.discover(image);
    await this.#parts.book.keepBoot({ settings, discovery });
  }

  /** What an operator had switched on comes back with the engine; a failure is told in the log and in the status. */
  async comeBack(): Promise<void> {
    const { boot } = this.#parts.book;
    if (boot === undefined) return;
    await this.switchOn(boot).catch((error: unknown) => {
      this.#parts.log.error({ error }, "the boot services could not be started");
    });
  }

  /** An operator switches the services off; they run on for as long as an operation waits for a machine. */
  async switchOff(): Promise<void> {
    await this.#parts.book.keepBoot(undefined);
    this.#plan.discover(undefined);
    await this.#stopWhenIdle();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#next(() => this.#stop());
  }

  readonly #defaults: NetbootSettings = { mode: "full", ranges: [], nameServers: [], leaseSeconds: 3600 };

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #stopWhenIdle(): Promise<void> {
    return this.#next(async () => {
      if (!this.wanted) await this.#stop();
      this.#parts.book.ring();
    });
  }

  async #look(): Promise<void> {
    for (const waited of this.waited) {
      if (await this.#parts.operationOpen(waited.operation).catch(() => true)) continue;
      // Nobody wants what is being written any more: the installer is told so, and a half-written slot does not boot.
      const job = this.#parts.book.jobOf(waited.cluster.name, waited.machine.name);
      if (job?.state === "planned" || job?.state === "running") {
        await this.#parts.book.keepJob({ ...job, state: "cancelled", changedAt: this.#parts.clock.now() });
      }
      await this.release(waited);
    }
    if (this.waited.length > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #deviceOf(settings: NetbootSettings, near: string | undefined): BootDevice {
    const devices = this.#parts.devices();
    const found =
      settings.interface === undefined
        ? deviceFor(devices, near ?? "")
        : devices.find(({ name }) => name === settings.interface);
    if (found !== undefined) return found;
    if (settings.interface === undefined)
      throw SlipwayError.of("METAL_NO_INTERFACE", { address: near ?? "-" });
    throw SlipwayError.of("NETBOOT_INTERFACE_UNKNOWN", { interface: settings.interface, address: "-" });
  }

  async #start(
    settings: NetbootSettings,
    { loaders, reserved, near }: { loaders: string; reserved: readonly string[]; near: string | undefined },
  ): Promise<void> {
    const { services, server, siteCa, clock, log, timelines, desk, book } = this.#parts;
    const device = this.#deviceOf(settings, near);
    const dhcp = dhcpSettingsFor(settings, device, settings.mode === "full" ? reserved : []);
    const pem = await siteCa.certificate();
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const ca = createHash("sha256").update(der).digest("hex");
    const others = new Map<string, OtherDhcpServer>();
    await using stack = new AsyncDisposableStack();
    const https = stack.adopt(await server.listen(device.address, desk), (opened) => opened.close());
    const library = services.library(loaders, (path, protocol) => this.#plan.named(path, protocol));
    this.#plan.begin({ library, engine: https.url, ca, device, pem, mode: settings.mode });
    const started = stack.adopt(
      await services.start({
        interface: device.name,
        address: device.address,
        dhcp,
        directory: this.#plan,
        files: library,
        onEvent: (event) => timelines.add(event),
        onOtherServer: (other) => {
          others.set(other.mac, other);
          log.warn({ ...other }, "another DHCP server answers on this network");
          book.ring();
        },
        onFault: (error) =>
          log.error({ error: isCode(error, "INTERNAL") ? String(error) : error }, "boot services"),
      }),
      (running) => running.close(),
    );
    this.#plan.serving(started.base);
    const running = stack.move();
    this.#running = {
      device,
      settings,
      base: started.base,
      engine: https.url,
      services: started,
      others,
      since: clock.now(),
      close: () => running.disposeAsync(),
    };
    log.info({ interface: device.name, address: device.address, mode: settings.mode }, "boot services run");
    book.ring();
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#plan.end();
    await running.close();
    this.#parts.log.info({ interface: running.device.name }, "boot services stopped");
  }
}
