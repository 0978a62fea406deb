import { SlipwayError } from "../../core/contract.ts";
import type { Connection, OpenChannel } from "./connection.ts";
import type { Handshake } from "./handshake.ts";
import type { SshLimits } from "./limits.ts";

/** A session on a live connection, with the command already asked for. Give it back with `release`, once. */
export interface Lease {
  readonly channel: OpenChannel;
  readonly connection: Connection;
  release(): void;
}

interface Waiter {
  readonly grant: (connection: Connection) => void;
  readonly refuse: (error: unknown) => void;
}

/** How often opening a session is tried on fresh connections before it is given up; the command has never started then. */
const MAX_OPENINGS = 4;
const REFUSAL_PAUSE_MS = 25;

/**
 * The connections to one machine. They are made when needed, reused, closed when idle, and replaced when lost. More
 * than one is opened only when commands really wait: most are over sooner than a login takes.
 */
export class MachinePool {
  readonly #endpoint: string;
  readonly #dial: (signal: AbortSignal) => Promise<Connection>;
  readonly #limits: SshLimits;
  readonly #closing = new AbortController();
  readonly #connections = new Set<Connection>();
  readonly #waiting: Waiter[] = [];
  readonly #idle = new Map<Connection, NodeJS.Timeout>();
  #dialing = false;
  #handshake: Handshake | undefined;
  #newlyPinned = false;
  #growth: NodeJS.Timeout | undefined;

  constructor(
    endpoint: string,
    parts: { dial: (signal: AbortSignal) => Promise<Connection>; limits: SshLimits },
  ) {
    this.#endpoint = endpoint;
    this.#dial = parts.dial;
    this.#limits = parts.limits;
  }

  /** Starts `command` on some connection, waiting for a free session where all are in use. */
  async open(command: string, signal: AbortSignal): Promise<Lease> {
    let last: SlipwayError | undefined;
    for (let failures = 0; failures < MAX_OPENINGS;) {
      const connection = await this.#reserve(signal);
      const opening = await connection.exec(command);
      switch (opening.state) {
        case "opened":
          connection.refusals = 0;
          return { channel: opening.channel, connection, release: once(() => this.#release(connection)) };
        case "refused": {
          // Beside other sessions a refusal only tells the server's limit, and this command waits its turn.
          const alone = connection.busy === 1;
          last = this.#refused(connection, opening.problem);
          if (!alone) break;
          failures += 1;
          await pause(REFUSAL_PAUSE_MS * failures);
          break;
        }
        case "lost":
          failures += 1;
          last = opening.error;
          this.#release(connection);
          break;
      }
    }
    throw last ?? SlipwayError.of("INTERNAL", { problem: "no session was tried" });
  }

  /** What the newest login taught, once there was one. */
  get handshake(): Handshake | undefined {
    return this.#handshake;
  }

  /** True once after a login whose host key was the first one seen. */
  takeNewlyPinned(): boolean {
    const newlyPinned = this.#newlyPinned;
    this.#newlyPinned = false;
    return newlyPinned;
  }

  /** Starts `command` at once, past the queue and our own limit; for killing what may be filling the queue. */
  async openUrgent(command: string, preferred: Connection): Promise<Lease> {
    if (preferred.lost === undefined) {
      preferred.busy += 1;
      const opening = await preferred.exec(command);
      if (opening.state === "opened") {
        return {
          channel: opening.channel,
          connection: preferred,
          release: once(() => this.#release(preferred)),
        };
      }
      this.#release(preferred);
      if (opening.state === "lost") throw opening.error;
    }
    const own = await this.#dial(this.#closing.signal);
    const opening = await own.exec(command);
    if (opening.state === "opened") {
      return { channel: opening.channel, connection: own, release: once(() => own.close()) };
    }
    own.close();
    throw opening.state === "lost" ? opening.error : this.#sessionRefused(opening.problem);
  }

  /** Closes every connection and refuses everything that waits. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#growth);
    for (const connection of this.#connections) connection.close();
    this.#refuseAll(SlipwayError.of("CONNECTION_LOST", { endpoint: this.#endpoint, reason: "CLOSED" }));
  }

  #reserve(signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) return Promise.reject(SlipwayError.of("CANCELLED", {}));
    if (this.#closing.signal.aborted) {
      return Promise.reject(
        SlipwayError.of("CONNECTION_LOST", { endpoint: this.#endpoint, reason: "CLOSED" }),
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(waiter);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(SlipwayError.of("CANCELLED", {}));
      };
      const waiter: Waiter = {
        grant: (connection) => {
          signal.removeEventListener("abort", onAbort);
          resolve(connection);
        },
        refuse: (error) => {
          signal.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    for (const connection of this.#connections) {
      while (connection.busy < connection.capacity) {
        const waiter = this.#waiting.shift();
        if (waiter === undefined) return;
        connection.busy += 1;
        clearTimeout(this.#idle.get(connection));
        waiter.grant(connection);
      }
    }
    if (this.#waiting.length > 0) this.#grow();
  }

  #grow(): void {
    if (this.#dialing || this.#connections.size >= this.#limits.connectionsPerMachine) return;
    if (this.#connections.size === 0) {
      this.#connect();
      return;
    }
    this.#growth ??= setTimeout(() => {
      this.#growth = undefined;
      if (this.#waiting.length > 0 && !this.#dialing) this.#connect();
    }, this.#limits.growAfterMs);
  }

  #connect(): void {
    this.#dialing = true;
    this.#dial(this.#closing.signal).then(
      (connection) => {
        this.#dialing = false;
        if (this.#closing.signal.aborted) {
          connection.close();
          return;
        }
        this.#connections.add(connection);
        this.#handshake = connection.handshake;
        this.#newlyPinned ||= connection.handshake.firstSeen;
        connection.onGone(() => this.#drop(connection));
        this.#rest(connection);
        this.#serve();
      },
      (error: unknown) => {
        this.#dialing = false;
        // With another connection alive the queue still moves, so only the growth has failed.
        if (this.#connections.size === 0) this.#refuseAll(error);
      },
    );
  }

  #release(connection: Connection): void {
    connection.busy -= 1;
    this.#rest(connection);
    this.#serve();
  }

  #rest(connection: Connection): void {
    if (connection.busy > 0 || connection.lost !== undefined) return;
    clearTimeout(this.#idle.get(connection));
    const timer = setTimeout(() => {
      if (connection.busy === 0) connection.close();
    }, this.#limits.idleMs);
    timer.unref();
    this.#idle.set(connection, timer);
  }

  #drop(connection: Connection): void {
    this.#connections.delete(connection);
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
    if (!this.#closing.signal.aborted) this.#serve();
  }

  #refused(connection: Connection, problem: string): SlipwayError {
    const others = connection.busy - 1;
    if (others > 0) connection.capacity = Math.max(1, Math.min(connection.capacity, others));
    else connection.refusals += 1;
    // A session that has just ended may still count on the far side; refused twice alone, only a new login may help.
    if (connection.refusals > 1) connection.close();
    this.#release(connection);
    return this.#sessionRefused(problem);
  }

  #sessionRefused(problem: string): SlipwayError {
    return SlipwayError.of("HOST_SESSION_REFUSED", { endpoint: this.#endpoint, problem });
  }

  #refuseAll(error: unknown): void {
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(error);
  }
}

const once = (work: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
