import {
  createdRecord,
  endsWell,
  projectOperation,
  projectStep,
  stepOf,
} from "../../installer/adapters/journal/projection.ts";
import { Announcements, tailEvents } from "../../installer/adapters/journal/tail.ts";
import {
  SlipwayError,
  stepKey,
  type EventBody,
  type OperationEvent,
  type OperationId,
  type OperationStatus,
} from "../../installer/core/contract.ts";
import type { Clock } from "../../installer/core/ports/clock.ts";
import type {
  Durability,
  EventQuery,
  Journal,
  NewOperation,
  OperationRecord,
  StepRecord,
} from "../../installer/core/ports/journal.ts";

/** What a crash leaves behind: handed from one fake journal to the next, as a disk is from one engine to the next. */
interface Disk {
  readonly events: OperationEvent[];
  readonly operations: Map<OperationId, OperationRecord>;
  readonly steps: Map<OperationId, Map<string, StepRecord>>;
  /** By cluster and phase, then by machine. */
  readonly outputs: Map<string, Map<string, { output: unknown; at: number }>>;
}

export interface FakeJournalOptions {
  readonly clock?: Pick<Clock, "now">;
}

/** What calls do once the process "died": never settle, as in a dead process, or reject, for code that must notice. */
export type AfterCrash = "hang" | "reject";

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * A journal in memory with the semantics of the real one (same projection, same tail), fast enough for thousands of
 * runs, and with faults to inject.
 */
export class FakeJournal implements Journal {
  readonly #clock: Pick<Clock, "now">;
  readonly #disk: Disk;
  readonly #announcements = new Announcements();
  readonly #crash = Promise.withResolvers<void>();
  #crashAt = Number.POSITIVE_INFINITY;
  #afterCrash: AfterCrash = "hang";
  #dead = false;
  /** True: `create` and `append` reject with JOURNAL_FULL and store nothing. */
  full = false;
  /** How durable each event was asked to be, by sequence number. */
  readonly durability = new Map<number, Durability>();

  constructor(options: FakeJournalOptions = {}, disk?: Disk) {
    this.#clock = options.clock ?? { now: () => this.#disk.events.length + 1 };
    this.#disk = disk ?? { events: [], operations: new Map(), steps: new Map(), outputs: new Map() };
  }

  /**
   * The `n`-th event from now on is stored, then the process is dead: neither that call nor any later one is answered
   * (`hang`), or all of them reject. `crashed` resolves at that moment.
   */
  crashAfter(n: number, afterCrash: AfterCrash = "hang"): void {
    this.#crashAt = this.#disk.events.length + n;
    this.#afterCrash = afterCrash;
  }

  /** Resolves when the injected crash happens. */
  get crashed(): Promise<void> {
    return this.#crash.promise;
  }

  /** The journal as the next engine finds it: everything stored, no fault, and deaf to whoever still holds this one. */
  reopen(options: FakeJournalOptions = { clock: this.#clock }): FakeJournal {
    this.#die();
    const { events, operations, steps, outputs } = this.#disk;
    return new FakeJournal(options, {
      events: [...events],
      operations: new Map(operations),
      steps: new Map([...steps].map(([id, records]) => [id, new Map(records)])),
      outputs: new Map([...outputs].map(([key, machines]) => [key, new Map(machines)])),
    });
  }

  /** All stored events, for a look without waiting. */
  get stored(): readonly OperationEvent[] {
    return this.#disk.events;
  }

  async create(operation: NewOperation): Promise<OperationRecord> {
    return this.#write("commit", () => {
      if (this.#disk.operations.has(operation.id))
        throw new Error(`operation ${operation.id} exists already`);
      const { id, workflow, by, steps } = operation;
      const event = this.#store(id, { type: "operation.created", workflow, by, steps });
      const record = createdRecord(operation, event);
      this.#disk.operations.set(id, record);
      this.#disk.steps.set(id, new Map());
      return record;
    });
  }

  async append(id: OperationId, body: EventBody, durability: Durability = "commit"): Promise<OperationEvent> {
    return this.#write(durability, () => {
      const record = this.#disk.operations.get(id);
      if (record === undefined) throw SlipwayError.of("OPERATION_NOT_FOUND", { operation: id });
      const event = this.#store(id, asStored(body));
      this.#disk.operations.set(id, projectOperation(record, event));
      this.#project(record, event);
      return event;
    });
  }

  async operation(id: OperationId): Promise<OperationRecord | undefined> {
    return this.#read(() => this.#disk.operations.get(id));
  }

  async operations(
    filter: { status?: readonly OperationStatus[]; cluster?: string; limit?: number } = {},
  ): Promise<readonly OperationRecord[]> {
    return this.#read(() =>
      [...this.#disk.operations.values()]
        .toReversed()
        .filter((record) => filter.status?.includes(record.status) ?? true)
        .filter((record) => filter.cluster === undefined || record.cluster.name === filter.cluster)
        .slice(0, filter.limit),
    );
  }

  async steps(id: OperationId): Promise<readonly StepRecord[]> {
    return this.#read(() => [...(this.#disk.steps.get(id)?.values() ?? [])]);
  }

  async events(query: EventQuery): Promise<readonly OperationEvent[]> {
    return this.#read(() => {
      const { operation, after = 0, limit } = query;
      // Sequence numbers begin with 1 and have no holes, so the position is the number.
      const newer = this.#disk.events.slice(Math.max(0, after));
      const wanted = operation === undefined ? newer : newer.filter((event) => event.operation === operation);
      return wanted.slice(0, limit);
    });
  }

  tail(query: EventQuery, signal: AbortSignal): AsyncIterable<OperationEvent> {
    return tailEvents(
      {
        announcements: this.#announcements,
        lastSeq: () => this.#disk.events.length,
        read: (page) => this.events(page),
      },
      query,
      signal,
    );
  }

  async latestOutputs(
    cluster: string,
    phase: string,
  ): Promise<ReadonlyMap<string, { output: unknown; at: number }>> {
    return this.#read(() => new Map(this.#disk.outputs.get(`${cluster} ${phase}`)));
  }

  async close(): Promise<void> {
    this.#announcements.close();
  }

  async #write<T>(durability: Durability, work: () => T): Promise<T> {
    if (this.#dead) return this.#dying();
    if (this.full) throw SlipwayError.of("JOURNAL_FULL", { file: "(in memory)" });
    const before = this.#disk.events.length;
    const result = work();
    const seq = this.#disk.events.length;
    if (seq > before) this.durability.set(seq, durability);
    if (seq < this.#crashAt) return result;
    this.#die();
    return this.#dying();
  }

  async #read<T>(work: () => T): Promise<T> {
    return this.#dead ? this.#dying() : work();
  }

  #dying<T>(): Promise<T> {
    return this.#afterCrash === "hang" ? never<T>() : Promise.reject(new Error("the process has died"));
  }

  #die(): void {
    this.#dead = true;
    this.#crash.resolve();
  }

  #store(operation: OperationId, body: EventBody): OperationEvent {
    const event = { seq: this.#disk.events.length + 1, operation, at: this.#clock.now(), body };
    this.#disk.events.push(event);
    this.#announcements.announce(new Set([operation]));
    return event;
  }

  #project(record: OperationRecord, event: OperationEvent): void {
    const ref = stepOf(event.body);
    if (ref === undefined) return;
    const records = this.#disk.steps.get(event.operation);
    const step = projectStep(records?.get(stepKey(ref)), event);
    if (step !== undefined) records?.set(stepKey(ref), step);
    if (!endsWell(event.body)) return;
    const key = `${record.cluster.name} ${ref.phase}`;
    const machines = this.#disk.outputs.get(key) ?? new Map<string, { output: unknown; at: number }>();
    machines.set(ref.machine, { output: event.body.output, at: event.at });
    this.#disk.outputs.set(key, machines);
  }
}

/** Outputs pass through JSON, as on a disk, so that a value that does not survive it shows in a test. */
const asStored = (body: EventBody): EventBody =>
  body.type === "step.ended" && body.output !== undefined
    ? { ...body, output: JSON.parse(JSON.stringify(body.output)) as unknown }
    : body;
