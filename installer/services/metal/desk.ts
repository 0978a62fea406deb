import { createHash, timingSafeEqual } from "node:crypto";
import type { FirstBoot, InstallEvent } from "../../contract/metal/events.ts";
import type { MetalDecision, MetalPlan } from "../../contract/metal/plan.ts";
import type { Clock, HostKeys, Log, SiteCa } from "../../core/ports/index.ts";
import type { InstallerDesk, JobContent, Refusal, SavedDisks, SavedPart } from "../../core/ports/metal.ts";
import { identityTar } from "../../core/provision/identity.ts";
import type { InstallJob } from "../../core/provision/records.ts";
import type { MetalBook } from "./book.ts";
import type { Timelines } from "./timelines.ts";

/** What the desk works with. */
export interface DeskParts {
  readonly book: MetalBook;
  readonly timelines: Timelines;
  readonly disks: SavedDisks;
  readonly hostKeys: Pick<HostKeys, "pin" | "forget">;
  readonly siteCa: Pick<SiteCa, "certificate">;
  /** The token by which an installed system reports its first boot: made of the job's id, so that none is kept. */
  readonly firstBootToken: (job: string) => Promise<string>;
  /** Whether an operation waits for the machine: then it is answered at shorter intervals. */
  readonly isWaited: (mac: string) => boolean;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
}

const WAIT_SECONDS = { waited: 2, other: 10 } as const;

const strange: Refusal = { refused: 403, code: "TOKEN_UNKNOWN" };
const gone: Refusal = { refused: 410, code: "JOB_CANCELLED" };
const absent: Refusal = { refused: 404, code: "JOB_UNKNOWN" };

const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value;

/** Answers installers. What a machine may ask for is decided by its token alone; the job's state decides what it gets. */
export const createDesk = (parts: DeskParts): InstallerDesk => {
  const { book, timelines, disks, clock, log } = parts;

  const jobFor = (token: string, id: string): InstallJob | Refusal => {
    const machine = book.byToken(token);
    if (machine === undefined) return strange;
    const job = book.jobs.get(id);
    if (job === undefined || job.mac !== machine.mac) return absent;
    return job.state === "cancelled" ? gone : job;
  };

  const identityOf = async (job: InstallJob): Promise<Uint8Array> => {
    const { url, ...wish } = job.identity;
    const [ca, token] = await Promise.all([parts.siteCa.certificate(), parts.firstBootToken(job.id)]);
    return identityTar({ ...wish, engine: { url, ca, token, job: job.id } });
  };

  return {
    async hello(token, facts): Promise<MetalDecision | Refusal> {
      const machine = book.byToken(token);
      if (machine === undefined) return strange;
      const now = clock.now();
      const { mac } = machine;
      // A machine that only asks again says nothing new, unless this engine has not heard of it yet.
      const isFirst =
        machine.facts === undefined ||
        now - machine.seenAt > 60_000 ||
        isNewBoot(machine) ||
        timelines.of(mac).lastAt === 0;
      await book.said(machine, facts, now);
      if (isFirst)
        timelines.add({ kind: "installer", mac, at: now, step: "hello", state: "done", detail: "" });
      return decisionFor(book.jobAt(mac), parts.isWaited(mac) ? "waited" : "other");
    },

    async plan(token, id): Promise<MetalPlan | Refusal> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      if (job.state !== "planned" && job.state !== "running") return { refused: 409, code: "JOB_OVER" };
      if (job.state === "planned") await book.keepJob({ ...job, state: "running", changedAt: clock.now() });
      return job.kind === "install" ? installPlan(job, await identityOf(job)) : restorePlan(job);
    },

    async content(token, id, name): Promise<JobContent | Refusal> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      switch (name) {
        case "image":
        case "boot": {
          const { path, size } = job[name];
          return { kind: "file", path, size };
        }
        case "identity":
          return { kind: "bytes", bytes: await identityOf(job) };
        default:
          return absent;
      }
    },

    async event(token, id, event): Promise<Refusal | undefined> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      const now = clock.now();
      const next = afterEvent(job, event, now);
      tell(timelines, next, { event, now });
      // Progress comes many times a second; what has to outlive the engine is where the job stands.
      if (event.outcome === "progress") book.progressed(next);
      else await book.keepJob(next);
      return undefined;
    },

    async save(token, id, { part, bytes }): Promise<Refusal | undefined> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      const kept = await disks.put(id, part, bytes);
      await book.keepJob({ ...job, saved: { ...job.saved, [part]: kept }, changedAt: clock.now() });
      return undefined;
    },

    async saved(token, id, part: SavedPart): Promise<JobContent | Refusal> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      const bytes = await disks.get(job.saved[part] === undefined ? restoredJob(book, job).id : id, part);
      return bytes === undefined ? absent : { kind: "bytes", bytes };
    },

    async log(token, id, text): Promise<Refusal | undefined> {
      const job = jobFor(token, id);
      if (isRefusal(job)) return job;
      const path = await disks.log(id, text);
      log.warn({ machine: job.machine, job: id, file: path }, "an installer failed; its log was kept");
      return undefined;
    },

    async firstBoot(token, id, said: FirstBoot): Promise<Refusal | undefined> {
      const job = book.jobs.get(id);
      const expected = Buffer.from(await parts.firstBootToken(id));
      const given = Buffer.from(token);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return strange;
      if (job === undefined) return absent;
      await pinKeys(parts.hostKeys, job.address, said.hostKeys);
      const now = clock.now();
      await book.keepJob({ ...job, state: "installed", firstBoot: said, changedAt: now });
      timelines.add({ kind: "first-boot", mac: job.mac, at: now });
      return undefined;
    },
  };
};

/** A token that was made after the machine spoke last: it has been restarted meanwhile. */
const isNewBoot = (machine: {
  readonly seenAt: number;
  readonly tokens: readonly { readonly at: number }[];
}): boolean => (machine.tokens[0]?.at ?? 0) >= machine.seenAt;

const decisionFor = (job: InstallJob | undefined, hurry: keyof typeof WAIT_SECONDS): MetalDecision => {
  const wait: MetalDecision = { action: "wait", seconds: WAIT_SECONDS[hurry] };
  switch (job?.state) {
    case "planned":
    case "running":
      return { action: job.kind, job: job.id };
    case "written":
    case "installed":
      return { action: "disk" };
    case "failed":
    case "cancelled":
    case "restored":
    case undefined:
      return wait;
  }
};

const targetLines = ({ disk }: InstallJob) => ({
  "disk-name": disk.name,
  "disk-serial": disk.serial,
  "disk-wwn": disk.wwn,
  "disk-path": disk.byPath,
  "disk-size": disk.sizeBytes,
});

const installPlan = (job: InstallJob, identity: Uint8Array): MetalPlan => ({
  kind: "install",
  ...targetLines(job),
  foreign: job.agreed ? "agreed" : "refuse",
  "image-path": "image",
  "image-sha256": job.image.sha256,
  "image-size": job.image.size,
  "boot-path": "boot",
  "boot-sha256": job.boot.sha256,
  "boot-size": job.boot.size,
  "identity-path": "identity",
  "identity-sha256": createHash("sha256").update(identity).digest("hex"),
  firmware: job.firmware,
  "cmdline-extra": job.extra,
});

const restorePlan = (job: InstallJob): MetalPlan | Refusal => {
  const { first, last } = job.saved;
  if (first === undefined || last === undefined) return absent;
  return {
    kind: "restore",
    ...targetLines(job),
    "saved-first-sha256": first.sha256,
    "saved-last-sha256": last.sha256,
  };
};

/** The job whose disk a restore puts back: what was saved is kept under its id. */
const restoredJob = (book: MetalBook, job: InstallJob): InstallJob =>
  [...book.jobs.values()].findLast(
    (one) => one.mac === job.mac && one.disk.serial === job.disk.serial && one.saved.first !== undefined,
  ) ?? job;

/** A job after one more message of its installer. */
const afterEvent = (job: InstallJob, event: InstallEvent, now: number): InstallJob => {
  const { step, outcome, done, total, code, message } = event;
  const base: InstallJob = { ...job, step, changedAt: now };
  delete (base as { done?: number }).done;
  delete (base as { total?: number }).total;
  const moved: InstallJob = {
    ...base,
    ...(done === undefined ? {} : { done }),
    ...(total === undefined ? {} : { total }),
  };
  if (outcome === "failed") {
    return {
      ...moved,
      state: "failed",
      failure: { code: code ?? "INSTALLER_FAILED", message: message ?? step },
    };
  }
  if (step === "disk-restore" && outcome === "ok") return { ...moved, state: "restored" };
  // From here on the slot boots: the boot entry is the last thing that is written.
  const isWritten = (step === "boot-loader" && outcome === "ok") || step === "reboot";
  if (isWritten)
    return { ...moved, state: job.state === "installed" || job.kind === "restore" ? job.state : "written" };
  return { ...moved, state: "running" };
};

const tell = (
  timelines: Timelines,
  job: InstallJob,
  { event, now }: { readonly event: InstallEvent; readonly now: number },
): void => {
  const { step, outcome, message = "" } = event;
  if (outcome === "progress") return;
  const state = outcome === "begin" ? "running" : outcome === "ok" ? "done" : "failed";
  timelines.add({ kind: "installer", mac: job.mac, at: now, step, state, detail: message });
  if (step === "boot-loader" && outcome === "ok") timelines.add({ kind: "installed", mac: job.mac, at: now });
};

/** The key that SSH shows first is the one that is compared (OpenSSH's and ssh2's order of preference). */
const pinKeys = async (
  hostKeys: Pick<HostKeys, "pin" | "forget">,
  address: string,
  keys: readonly string[],
): Promise<void> => {
  const preferred = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"].flatMap((type) =>
    keys.filter((key) => key.startsWith(`${type} `)),
  )[0];
  const blob = preferred?.split(" ")[1];
  if (blob === undefined) return;
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
  const endpoint = `${address}:22`;
  await hostKeys.forget(endpoint);
  await hostKeys.pin(endpoint, `SHA256:${digest}`);
};
