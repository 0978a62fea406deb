import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { MetalFacts } from "../../contract/metal/facts.ts";
import type { MetalStore } from "../../core/ports/metal.ts";
import {
  duplicatesOf,
  isMeant,
  usableSerial,
  type Duplicate,
  type Marks,
} from "../../core/provision/meant.ts";
import type {
  AcceptRule,
  BootWish,
  DiskAgreement,
  FoundMachine,
  InstallJob,
} from "../../core/provision/records.ts";
import type { MetalSpec } from "../../contract/spec/metal.ts";

/** Tokens of earlier boots that stay good: a machine may be asked twice for its script by a firmware that retries. */
const MOST_TOKENS = 4;

/** A token that nobody guesses: for one boot of one machine. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** Digest under which a token is kept: who reads the journal cannot speak for a machine. */
export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");

/** By what a found machine can be told. */
const marksOf = ({ mac, facts }: FoundMachine): Marks => ({
  macs: [mac, ...(facts?.nics ?? []).map((nic) => nic.mac.toLowerCase())],
  serial: facts?.serial ?? "",
  uuid: facts?.uuid ?? "",
});

/** All records about blank machines in memory, written through, with a bell that rings at every change. */
export class MetalBook {
  readonly #store: MetalStore;
  readonly machines = new Map<string, FoundMachine>();
  readonly jobs = new Map<string, InstallJob>();
  readonly agreements = new Map<string, DiskAgreement>();
  readonly rules = new Map<string, AcceptRule>();
  boot: BootWish | undefined;
  version = 1;
  #waiting: (() => void)[] = [];

  private constructor(store: MetalStore) {
    this.#store = store;
  }

  static async open(store: MetalStore): Promise<MetalBook> {
    const book = new MetalBook(store);
    const [machines, jobs, agreements, rules, boot] = await Promise.all([
      store.load("machine"),
      store.load("job"),
      store.load("agreement"),
      store.load("rule"),
      store.load("boot"),
    ]);
    for (const machine of machines) book.machines.set(machine.mac, machine);
    for (const job of jobs.toSorted((a, b) => a.createdAt - b.createdAt)) book.jobs.set(job.id, job);
    for (const agreement of agreements) book.agreements.set(agreementKey(agreement), agreement);
    for (const rule of rules) book.rules.set(rule.id, rule);
    book.boot = boot[0];
    return book;
  }

  /** Wakes whoever waits for a change. */
  ring(): void {
    this.version += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves at the first change after `version`, when the signal aborts, or after `mostMs`. */
  async changed(version: number, signal: AbortSignal, mostMs: number): Promise<void> {
    if (this.version > version || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const timer = setTimeout(resolve, mostMs);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }

  async keepMachine(machine: FoundMachine): Promise<void> {
    this.machines.set(machine.mac, machine);
    await this.#store.put("machine", machine.mac, machine);
    this.ring();
  }

  async keepJob(job: InstallJob): Promise<void> {
    this.jobs.set(job.id, job);
    await this.#store.put("job", job.id, job);
    this.ring();
  }

  /** Progress is not worth a write: after a crash the installer says it again. */
  progressed(job: InstallJob): void {
    this.jobs.set(job.id, job);
    this.ring();
  }

  async keepAgreement(agreement: DiskAgreement): Promise<void> {
    const key = agreementKey(agreement);
    this.agreements.set(key, agreement);
    await this.#store.put("agreement", key, agreement);
    this.ring();
  }

  async keepRule(rule: AcceptRule): Promise<void> {
    this.rules.set(rule.id, rule);
    await this.#store.put("rule", rule.id, rule);
    this.ring();
  }

  async dropRule(id: string): Promise<void> {
    this.rules.delete(id);
    await this.#store.remove("rule", id);
    this.ring();
  }

  async keepBoot(boot: BootWish | undefined): Promise<void> {
    this.boot = boot;
    if (boot === undefined) await this.#store.remove("boot", "boot");
    else await this.#store.put("boot", "boot", boot);
    this.ring();
  }

  /** A boot of this machine begins: its token is good from now on. */
  async booted(mac: string, { token, now }: { readonly token: string; readonly now: number }): Promise<void> {
    const known = this.machines.get(mac);
    const tokens = [{ hash: tokenHash(token), at: now }, ...(known?.tokens ?? [])].slice(0, MOST_TOKENS);
    await this.keepMachine({ mac, firstAt: now, ...known, seenAt: now, tokens });
  }

  /** The machine a token of a boot was given to. */
  byToken(token: string): FoundMachine | undefined {
    const hash = Buffer.from(tokenHash(token));
    for (const machine of this.machines.values()) {
      if (machine.tokens.some((one) => timingSafeEqual(Buffer.from(one.hash), hash))) return machine;
    }
    return undefined;
  }

  /** Keeps what a machine says about itself; written only when it says something new. */
  async said(machine: FoundMachine, facts: MetalFacts, now: number): Promise<void> {
    const next = { ...machine, facts, seenAt: now };
    if (JSON.stringify(machine.facts) === JSON.stringify(facts)) {
      this.machines.set(machine.mac, next);
      this.ring();
    } else await this.keepMachine(next);
  }

  /** The found machines that a spec means: one, none yet, or several that cannot be told apart. */
  meantBy(spec: MetalSpec): readonly FoundMachine[] {
    return [...this.machines.values()].filter((machine) => isMeant(spec, marksOf(machine)));
  }

  /** The newest job of a machine of a cluster. */
  jobOf(cluster: string, machine: string): InstallJob | undefined {
    return [...this.jobs.values()].findLast((job) => job.cluster === cluster && job.machine === machine);
  }

  /** The newest job of a machine by its hardware address. */
  jobAt(mac: string): InstallJob | undefined {
    return [...this.jobs.values()].findLast((job) => job.mac === mac);
  }

  agreedBy(mac: string): readonly string[] {
    return [...this.agreements.values()].filter((one) => one.mac === mac).map(({ serial }) => serial);
  }

  /** Serial numbers and UUIDs of a machine that others have too. */
  duplicates(mac: string): readonly Duplicate[] {
    const all = [...this.machines.values()].flatMap(({ mac: own, facts }) =>
      facts === undefined
        ? []
        : [{ mac: own, serial: usableSerial(facts.serial), uuid: facts.uuid.toLowerCase() }],
    );
    const machine = all.find((one) => one.mac === mac);
    return machine === undefined ? [] : duplicatesOf(machine, all);
  }
}

const agreementKey = ({ mac, serial }: Pick<DiskAgreement, "mac" | "serial">): string => `${mac} ${serial}`;
