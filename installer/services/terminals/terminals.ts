import { randomInt } from "node:crypto";
import { hostname } from "node:os";
import type { Terminal, TerminalTarget } from "../../contract/terminal.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock, Log } from "../../core/ports/index.ts";
import type {
  ClusterAccess,
  ContainerShells,
  KubectlShells,
  MachineShells,
  ProgramStart,
  Recordings,
  TerminalProgram,
} from "../../core/ports/terminal.ts";
import type { AuditService } from "../audit.ts";
import type { ClusterCare } from "../cluster-care.ts";
import type { ClustersService } from "../clusters.ts";
import { TerminalSession } from "./session.ts";
import type { OpenTerminals, TerminalsService, TerminalUser, TerminalWish } from "./types.ts";

/** What the service is made from. */
export interface TerminalParts {
  readonly clusters: Pick<ClustersService, "get">;
  readonly care: Pick<ClusterCare, "kubeconfig">;
  readonly machines: MachineShells;
  readonly containers: ContainerShells;
  readonly kubectl: KubectlShells;
  /** The kubectl of a cluster's bundle, on disk. */
  readonly kubectlProgram: (cluster: string) => Promise<string>;
  /** Name of the debug image in a cluster's bundle. */
  readonly debugImage: (cluster: string) => Promise<string>;
  readonly recordings: Recordings;
  readonly audit: Pick<AuditService, "note">;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  readonly limits?: Partial<typeof LIMITS>;
}

const LIMITS = {
  /** Terminals of all, and of one user. */
  all: 300,
  each: 150,
  /** An ended one stays this long, so that its end and its last words can be read. */
  keptMs: 10 * 60_000,
};

/** How often held programs and old recordings are looked at. */
const LOOK_MS = 2_000;
const TIDY_MS = 60 * 60_000;

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
const newId = (): string =>
  `t-${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join("")}`;

/** What is to be opened. */
interface Opening {
  readonly wish: TerminalWish;
  readonly target: TerminalTarget;
  readonly signal: AbortSignal;
}

/** Opens and keeps terminals. */
export const createTerminals = (parts: TerminalParts): OpenTerminals => new Terminals(parts);

class Terminals implements OpenTerminals {
  readonly #parts: TerminalParts;
  readonly #limits: typeof LIMITS;
  readonly #sessions = new Map<string, TerminalSession>();
  readonly #timers: readonly NodeJS.Timeout[];
  /** How many are being opened. */
  #opening = 0;

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...parts.limits };
    const look = setInterval(() => this.#look(), LOOK_MS);
    const tidy = setInterval(() => this.#tidy(), TIDY_MS);
    this.#timers = [look.unref(), tidy.unref()];
    this.#tidy();
  }

  openContainer: TerminalsService["openContainer"] = async (by, wish, signal) => {
    const access = await this.#access(wish.cluster);
    const pod = await this.#parts.containers.pod(access, wish, signal);
    if (pod.guarded && !by.mayEnter) {
      throw SlipwayError.of("PERMISSION_DENIED", {
        user: by.user,
        call: "terminals.openContainer",
        needed: "enter",
      });
    }
    const container = wish.container ?? pod.containers[0]?.name ?? "";
    const known = pod.containers.map(({ name }) => name);
    if (!known.includes(container)) {
      throw SlipwayError.of("CONTAINER_UNKNOWN", { pod: wish.pod, container, known: known.join(", ") });
    }
    const { cluster, namespace, debug } = wish;
    const where = { namespace, pod: wish.pod, container };
    const target = { kind: "container", cluster, ...where, debug } as const;
    return this.#open(by, { wish, target, signal }, async (start) => {
      if (!debug) return this.#parts.containers.open(access, where, start);
      const image = await this.#parts.debugImage(cluster);
      return this.#parts.containers.debug(access, { ...where, image }, start);
    });
  };

  openMachine: TerminalsService["openMachine"] = async (by, wish, signal) => {
    const { spec } = await this.#parts.clusters.get(wish.cluster);
    const machine = spec.machines.find(({ name }) => name === wish.machine);
    if (machine === undefined) throw SlipwayError.of("MACHINE_UNKNOWN", { machine: wish.machine });
    const target = { kind: "machine", cluster: wish.cluster, machine: wish.machine } as const;
    return this.#open(by, { wish, target, signal }, (start) => this.#parts.machines.open(machine, start));
  };

  openKubectl: TerminalsService["openKubectl"] = async (by, wish, signal) => {
    const access = await this.#access(wish.cluster);
    const program = await this.#parts.kubectlProgram(wish.cluster);
    const trusted = by.via === "socket";
    const target = { kind: "kubectl", cluster: wish.cluster } as const;
    return this.#open(by, { wish, target, signal }, (start) =>
      this.#parts.kubectl.open({ ...access, program, trusted }, start),
    );
  };

  async list(by: TerminalUser): Promise<readonly Terminal[]> {
    return [...this.#sessions.values()]
      .filter((session) => by.administrator || isOwn(by, session.about))
      .map((session) => session.view(isOwn(by, session.about)))
      .toSorted((one, other) => other.openedAt - one.openedAt);
  }

  async find(by: TerminalUser, id: string): Promise<Terminal> {
    return this.#own(by, id).view(true);
  }

  attach: TerminalsService["attach"] = async (by, id, { after, events }) =>
    this.#own(by, id).attach(after, events);

  async close(by: TerminalUser, id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined || !(by.administrator || isOwn(by, session.about))) {
      throw SlipwayError.of("TERMINAL_UNKNOWN", { terminal: id });
    }
    await this.#note(by, session, { action: "terminals.close" });
    session.close("closed");
  }

  pods: TerminalsService["pods"] = async (cluster, signal) =>
    this.#parts.containers.pods(await this.#access(cluster), signal);

  recordings: TerminalsService["recordings"] = async (by) =>
    (await this.#parts.recordings.list())
      .filter((recording) => by.administrator || isOwn(by, recording))
      .map((recording) => ({ ...recording, running: this.#isRunning(recording.id) }));

  replay: TerminalsService["replay"] = async (by, id) => {
    const head = await this.#parts.recordings.head(id);
    if (!by.administrator && !isOwn(by, head)) {
      throw SlipwayError.of("RECORDING_UNKNOWN", { recording: id, days: this.#parts.recordings.days });
    }
    await this.#parts.audit.note({
      user: by.user,
      via: by.via,
      address: by.address,
      action: "terminals.replay",
      object: head.target.cluster,
      about: JSON.stringify({ recording: id, of: head.user, target: head.target }),
    });
    return this.#parts.recordings.read(id);
  };

  removeRecording: TerminalsService["removeRecording"] = (id) => this.#parts.recordings.remove(id);

  idle(): boolean {
    return this.#running().length + this.#opening === 0;
  }

  async shutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const running = this.#running();
    for (const session of running) session.close("engine");
    const until = this.#parts.clock.now() + 2_000;
    while (this.#running().length > 0 && this.#parts.clock.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(this.#running().map((session) => session.over({ exit: undefined })));
  }

  async #open(
    by: TerminalUser,
    { wish, target, signal }: Opening,
    start: (how: ProgramStart) => Promise<TerminalProgram>,
  ): Promise<Terminal> {
    this.#requireRoom(by);
    this.#opening += 1;
    const { clock, recordings } = this.#parts;
    const { user, via, address } = by;
    const size = { columns: wish.columns, rows: wish.rows };
    const about = { id: newId(), target, user, via, address, why: wish.why, openedAt: clock.now() };
    const session = new TerminalSession(about, size, {
      now: () => clock.now(),
      onEnded: (ended) => void this.#ended(ended),
    });
    try {
      const recording = await recordings.create(
        {
          version: 2,
          width: size.columns,
          height: size.rows,
          timestamp: Math.floor(about.openedAt / 1000),
          title: titleOf(target),
          env: { TERM: "xterm-256color" },
          slipway: { id: about.id, user, via, address, why: wish.why, target },
        },
        {
          failed: (error) => session.close("unrecorded", error),
          drained: () => session.balance(),
        },
      );
      session.record(recording);
      const program = await start({
        size,
        signal,
        events: {
          output: (bytes) => session.output(bytes),
          ended: (end) => void session.over(end),
        },
      }).catch(async (error: unknown) => {
        await recording.close("not opened");
        await recordings.remove(about.id).catch(() => undefined);
        throw error;
      });
      session.run(program);
      this.#sessions.set(about.id, session);
      return session.view(true);
    } finally {
      this.#opening -= 1;
    }
  }

  #requireRoom(by: TerminalUser): void {
    const running = this.#running();
    const own = running.filter(({ about }) => isOwn(by, about)).length;
    const count = running.length + this.#opening;
    if (count >= this.#limits.all) throw SlipwayError.of("TERMINAL_LIMIT", { count });
    if (own >= this.#limits.each) throw SlipwayError.of("TERMINAL_LIMIT", { count: own });
  }

  #running(): readonly TerminalSession[] {
    return [...this.#sessions.values()].filter(({ ending }) => ending === undefined);
  }

  #isRunning(id: string): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && session.ending === undefined;
  }

  #own(by: TerminalUser, id: string): TerminalSession {
    const session = this.#sessions.get(id);
    if (session !== undefined && isOwn(by, session.about)) return session;
    throw SlipwayError.of("TERMINAL_UNKNOWN", { terminal: id });
  }

  async #access(cluster: string): Promise<ClusterAccess> {
    return { cluster, kubeconfig: await this.#parts.care.kubeconfig(cluster) };
  }

  async #ended(session: TerminalSession): Promise<void> {
    const { ending } = session;
    const { bytes } = session.view(true);
    const failure = ending?.error;
    const told = {
      action: "terminals.ended",
      reason: ending?.reason,
      exit: ending?.exit,
      bytes,
      problem: failure?.code,
    };
    await this.#note(session.about, session, told).catch((error: unknown) =>
      this.#parts.log.error({ error }, "the end of a terminal is not in the audit log"),
    );
  }

  #note(
    { user, via, address }: Pick<TerminalUser, "user" | "via" | "address">,
    { about }: TerminalSession,
    { action, ...more }: { readonly action: string; readonly [key: string]: unknown },
  ): Promise<void> {
    const told = { terminal: about.id, of: about.user, target: about.target, ...more };
    return this.#parts.audit.note({
      user,
      via,
      address,
      action,
      object: about.target.cluster,
      about: JSON.stringify(told),
    });
  }

  #look(): void {
    const now = this.#parts.clock.now();
    for (const [id, session] of this.#sessions) {
      session.balance();
      if (session.ending !== undefined && now - session.ending.at > this.#limits.keptMs)
        this.#sessions.delete(id);
    }
  }

  #tidy(): void {
    this.#parts.recordings
      .tidy()
      .catch((error: unknown) => this.#parts.log.error({ error }, "old recordings could not be removed"));
  }
}

/** The owner of the socket and an account of the same name are two. */
const isOwn = (
  by: Pick<TerminalUser, "user" | "via">,
  of: { readonly user: string; readonly via: string },
): boolean => by.user === of.user && (by.via === "socket") === (of.via === "socket");

const titleOf = (target: TerminalTarget): string => {
  switch (target.kind) {
    case "container":
      return `${target.namespace}/${target.pod}/${target.container} @ ${target.cluster}`;
    case "machine":
      return `${target.machine} @ ${target.cluster}`;
    case "kubectl":
      return `kubectl @ ${target.cluster} (${hostname()})`;
  }
};
