import type { ClientContext, ClientLink, ClientOptions } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import type { WireError } from "../../installer/contract/errors/index.ts";
import { fromCallError, lost } from "./errors.ts";

/**
 * How the one connection to the engine stands. `lost`: it broke and is being made again; `signed-out`: the session has
 * ended; `outdated`: the page is of another version than the engine.
 */
export type ConnectionState = "idle" | "connecting" | "open" | "lost" | "signed-out" | "outdated";

/** Why the engine closed a connection (installer/rpc/web/socket.ts). */
const SIGNED_OUT = 4401;
const OTHER_CONTRACT = 4409;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;
/** An open connection over which no answer comes within this time is taken for dead. */
const BEAT_MS = 20_000;
const BEAT_ANSWER_MS = 10_000;

/** A line to the engine: a WebSocket, or a pipe of the desktop app. */
export type Line = Pick<
  WebSocket,
  "readyState" | "send" | "close" | "addEventListener" | "removeEventListener"
> & {
  /** Why there is none, where that is known. */
  readonly problem?: WireError | undefined;
};

/** What a connection needs from the page around it. */
export interface ConnectionParts {
  /** Makes a new line. */
  readonly dial: () => Line;
  /** Asked over HTTP when a connection could not be made: whether the session still holds. Rejects when nobody answers. */
  readonly isSignedIn: () => Promise<boolean>;
}

type Link = ClientLink<ClientContext>;
type Waiter = { readonly resolve: (link: Link) => void; readonly reject: (error: Error) => void };

/**
 * All calls and feeds of the page over one WebSocket that comes back by itself. A call made while it is away waits for
 * it; one that was under way rejects with ENGINE_LOST, because nobody knows whether it was carried out.
 */
export class Connection implements Link {
  readonly #parts: ConnectionParts;
  readonly #listeners = new Set<() => void>();
  readonly #waiters = new Set<Waiter>();
  #state: ConnectionState = "idle";
  #socket: Line | undefined;
  #problem: WireError | undefined;
  #link: Link | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** How it stands now. */
  readonly state = (): ConnectionState => this.#state;

  /** Why the last try to connect failed, where that is known. */
  readonly problem = (): WireError | undefined => this.#problem;

  /** Calls back on every change of state; gives a function that ends this. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connects, or tries again at once. Does nothing while a connection stands or is being made. */
  open(): void {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#timer);
    if (this.#state !== "lost") this.#change("connecting");
    const socket = this.#parts.dial();
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("close", ({ code }) => void this.#closed(socket, code));
  }

  /** Disconnects for good, such as after signing out. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#timer);
    this.#settle();
    socket?.close();
    this.#change("idle");
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    try {
      const link = await this.#ready(options.signal);
      const output = await link.call(path, input, options);
      return isFeed(output) ? translated(output) : output;
    } catch (error) {
      throw fromCallError(error);
    }
  }

  #ready(signal: AbortSignal | undefined): Promise<Link> {
    if (this.#link !== undefined) return Promise.resolve(this.#link);
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.add(waiter);
      signal?.addEventListener(
        "abort",
        () => {
          this.#waiters.delete(waiter);
          reject(new DOMException("aborted", "AbortError"));
        },
        { once: true },
      );
    });
  }

  #opened(socket: Line): void {
    if (socket !== this.#socket) return;
    this.#failures = 0;
    this.#problem = undefined;
    const link = new RPCLink<ClientContext>({ websocket: socket });
    this.#link = link;
    for (const waiter of this.#waiters) waiter.resolve(link);
    this.#waiters.clear();
    this.#beat = setInterval(() => void this.#listen(socket, link), BEAT_MS);
    this.#change("open");
  }

  async #listen(socket: Line, link: Link): Promise<void> {
    if (document.visibilityState === "hidden") return;
    const late = setTimeout(() => socket.close(), BEAT_ANSWER_MS);
    await link.call(["engine", "info"], undefined, { context: {} }).catch(() => undefined);
    clearTimeout(late);
  }

  async #closed(socket: Line, code: number): Promise<void> {
    if (socket !== this.#socket) return;
    const wasOpen = this.#link !== undefined;
    this.#problem = socket.problem;
    this.#socket = undefined;
    this.#settle();
    if (code === SIGNED_OUT) return this.#stop("signed-out");
    if (code === OTHER_CONTRACT) return this.#stop("outdated");
    // A refused handshake looks to a page like no answer at all.
    if (!wasOpen && !(await this.#parts.isSignedIn().catch(() => true))) return this.#stop("signed-out");
    this.#change("lost");
    this.#failures += 1;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(() => this.open(), delay * (0.75 + Math.random() / 2));
  }

  #stop(state: ConnectionState): void {
    for (const waiter of this.#waiters) waiter.reject(lost(state));
    this.#waiters.clear();
    this.#change(state);
  }

  #settle(): void {
    clearInterval(this.#beat);
    this.#link = undefined;
  }

  #change(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

async function* translated(feed: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  try {
    yield* feed;
  } catch (error) {
    throw fromCallError(error);
  }
}

const isFeed = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === "object" && output !== null && Symbol.asyncIterator in output;
