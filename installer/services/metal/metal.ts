import { createHmac, randomBytes } from "node:crypto";
import type { MetalDisk } from "../../contract/metal/facts.ts";
import { isCode, SlipwayError } from "../../core/contract.ts";
import { engineSecrets } from "../../core/engine-secrets.ts";
import type { Secrets } from "../../core/ports/index.ts";
import type { InstallerDesk, LoginKeys, Metal, MetalTarget, MetalView } from "../../core/ports/metal.ts";
import type { FoundMachine, InstallJob } from "../../core/provision/records.ts";
import type { MetalBook } from "./book.ts";
import { Boots, type BootsParts } from "./boots.ts";
import { createDesk, type DeskParts } from "./desk.ts";
import { Timelines } from "./timelines.ts";

/** What blank machines are handled with. */
export interface MetalParts
  extends
    Omit<BootsParts, "timelines" | "desk">,
    Omit<DeskParts, "timelines" | "book" | "clock" | "log" | "firstBootToken" | "isWaited"> {
  readonly keys: LoginKeys;
  readonly secrets: Pick<Secrets, "get" | "set">;
}

/** The parts of metal that belong together: the port of phases, and what the calls of the contract are answered from. */
export interface MetalService {
  readonly port: Metal;
  readonly boots: Boots;
  readonly book: MetalBook;
  readonly timelines: Timelines;
  readonly desk: InstallerDesk;
  close(): Promise<void>;
}

/** Key that the tokens of first boots are made with. */
const SECRET = engineSecrets.metalTokens;

/** Longest time that a phase sleeps when nothing changes: silence is a finding too. */
const MOST_SLEEP_MS = 5000;

/** Joins book, boot services and desk. */
export const createMetal = (parts: MetalParts): MetalService => {
  const { book, clock } = parts;
  const timelines = new Timelines(() => book.ring());
  let key: Promise<string> | undefined;
  const firstBootToken = async (job: string): Promise<string> => {
    key ??= keyOf(parts.secrets);
    return createHmac("sha256", await key)
      .update(`first-boot ${job}`)
      .digest("base64url");
  };
  const isWaited = (mac: string): boolean =>
    boots.waited.some((one) => machineOf(book, one)?.mac === mac || one.metal.mac === mac);
  const desk = createDesk({ ...parts, timelines, firstBootToken, isWaited });
  const boots = new Boots({ ...parts, timelines, desk });

  const view = async (target: MetalTarget): Promise<MetalView> => {
    const machine = machineOf(book, target);
    const mac = target.machine.metal?.mac ?? machine?.mac;
    const job = book.jobOf(target.cluster.name, target.machine.name);
    return {
      version: book.version,
      mac,
      facts: machine?.facts,
      helloAt: machine?.facts === undefined ? undefined : machine.seenAt,
      hops: mac === undefined ? [] : timelines.of(mac).records,
      finding: mac === undefined ? undefined : timelines.finding(mac, clock.now()),
      job,
      agreed: mac === undefined ? [] : book.agreedBy(mac),
      duplicates: mac === undefined ? [] : book.duplicates(mac),
      otherServers: [...(boots.running?.others.values() ?? [])].map((one) => `${one.address} (${one.mac})`),
    };
  };

  const port: Metal = {
    expect: (target, operation) => boots.expect(target, operation),
    view,
    changed: (version, signal) => book.changed(version, signal, MOST_SLEEP_MS),
    install: (target, disk) => giveJob({ parts, boots }, target, disk),
    release: (target) => boots.release(target),
  };
  return { port, boots, book, timelines, desk, close: () => boots.close() };
};

/** The found machine that a spec means. Several that fit are told from each other by whoever needs one. */
const machineOf = (book: MetalBook, { machine }: Pick<MetalTarget, "machine">): FoundMachine | undefined => {
  const { metal } = machine;
  if (metal === undefined) return undefined;
  if (metal.mac !== undefined) return book.machines.get(metal.mac) ?? book.meantBy(metal)[0];
  const found = book.meantBy(metal);
  return found.length === 1 ? found[0] : undefined;
};

const keyOf = async (secrets: Pick<Secrets, "get" | "set">): Promise<string> => {
  try {
    return await secrets.get(SECRET);
  } catch (error) {
    if (!isCode(error, "SECRET_NOT_FOUND")) throw error;
    const made = randomBytes(32).toString("base64");
    await secrets.set(SECRET, made);
    return made;
  }
};

/** A disk is the same one when all that names it is the same. */
const sameDisk = (job: InstallJob, disk: MetalDisk): boolean =>
  job.disk.serial === disk.serial && job.disk.wwn === disk.wwn && job.disk.sizeBytes === disk.sizeBytes;

const giveJob = async (
  { parts, boots }: { readonly parts: MetalParts; readonly boots: Boots },
  target: MetalTarget,
  disk: MetalDisk,
): Promise<InstallJob> => {
  const { book, clock } = parts;
  const { cluster, machine } = target;
  const { metal } = machine;
  const found = machineOf(book, target);
  const running = boots.running;
  if (metal === undefined || found?.facts === undefined || running === undefined) {
    throw SlipwayError.of("METAL_NOT_SEEN", { machine: machine.name });
  }
  const wish = { bundle: cluster.bundle, kubernetes: cluster.kubernetes.version, variant: metal.variant };
  const [image, authorizedKeys] = await Promise.all([
    parts.images.open(wish),
    parts.keys.publicKeys(machine),
  ]);
  const known = book.jobOf(cluster.name, machine.name);
  // The same disk keeps its job: the installer has marked the disk with it, and may go on writing.
  const again =
    known?.mac === found.mac && sameDisk(known, disk) && known.state !== "installed" ? known : undefined;
  if (again?.state === "planned" || again?.state === "running" || again?.state === "written") return again;
  const now = clock.now();
  const job: InstallJob = {
    id: again?.id ?? `job-${randomBytes(8).toString("hex")}`,
    kind: "install",
    mac: found.mac,
    cluster: cluster.name,
    machine: machine.name,
    address: machine.address,
    disk: {
      name: disk.name,
      serial: disk.serial,
      wwn: disk.wwn,
      byPath: disk.byPath,
      sizeBytes: disk.sizeBytes,
    },
    agreed: book.agreedBy(found.mac).includes(disk.serial),
    firmware: found.facts.firmware,
    extra: metal.console.map((name) => `console=${name}`).join(" "),
    image: image.root,
    boot: image.boot,
    identity: {
      hostname: machine.name,
      authorizedKeys: [...authorizedKeys],
      network: metal.network,
      mac: found.mac,
      address: machine.address,
      prefix: running.device.prefix,
      url: running.engine,
    },
    state: "planned",
    saved: again?.saved ?? {},
    createdAt: again?.createdAt ?? now,
    changedAt: now,
  };
  await book.keepJob(job);
  return job;
};
