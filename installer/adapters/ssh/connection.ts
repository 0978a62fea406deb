import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";
import { SlipwayError } from "../../core/contract.ts";
import { watchLiveness } from "./liveness.ts";
import type { Handshake } from "./handshake.ts";
import type { SshLimits } from "./limits.ts";
import { explainNetwork } from "./network-error.ts";

/** An open channel. Its end is listened for from the first moment on: all of a short command arrives in one packet. */
export interface OpenChannel {
  readonly stream: ClientChannel;
  /** Resolves when the channel has closed, with the command's exit code (128+N after signal N), or undefined without one. */
  readonly ended: Promise<number | undefined>;
}

/** What asking for a session came to. In both failures the command has certainly not started. */
export type Opening =
  | { readonly state: "opened"; readonly channel: OpenChannel }
  | { readonly state: "refused"; readonly problem: string }
  | { readonly state: "lost"; readonly error: SlipwayError };

/** Servers that take it (Debian's do) make a shell show more than ASCII; others leave it out. */
const UTF_8 = { LANG: "C.UTF-8" };

/** One logged-in connection to one server, watched for signs of life until it is closed or lost. */
export class Connection {
  readonly endpoint: string;
  readonly handshake: Handshake;
  /** Sessions in use or being asked for; the pool counts them. */
  busy = 0;
  /** How often in a row the server has refused a session although none was in use. */
  refusals = 0;
  /** Sessions the server is believed to allow; lowered when it refuses one. */
  capacity: number;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #gone = new Set<(error: SlipwayError) => void>();
  readonly #stopWatching: () => void;
  #lost: SlipwayError | undefined;
  #lastProblem: string | undefined;

  constructor(endpoint: string, socket: Duplex, made: { handshake: Handshake; limits: SshLimits }) {
    this.endpoint = endpoint;
    this.handshake = made.handshake;
    this.capacity = made.limits.channelsPerConnection;
    this.#client = made.handshake.client;
    this.#socket = socket;
    this.#stopWatching = watchLiveness(socket, made.limits.silentSeconds, () => this.#fail("SILENT"));
    this.#client.on("error", (error: Error) => {
      this.#lastProblem = error.message;
    });
    this.#client.on("close", () => this.#fail("CLOSED"));
  }

  /** Why the connection is gone, once it is. */
  get lost(): SlipwayError | undefined {
    return this.#lost;
  }

  /** Calls back once when the connection is lost or closed; returns the function that takes the wish back. */
  onGone(listener: (error: SlipwayError) => void): () => void {
    if (this.#lost === undefined) this.#gone.add(listener);
    else listener(this.#lost);
    return () => this.#gone.delete(listener);
  }

  /** Opens a session and asks for `command`. */
  exec(command: string): Promise<Opening> {
    return this.#open((done) => this.#client.exec(command, done));
  }

  /** Opens a session with a terminal of its own: for `command`, or for the login shell without one. */
  terminal(window: PseudoTtyOptions, command: string | undefined): Promise<Opening> {
    return this.#open((done) =>
      command === undefined
        ? this.#client.shell(window, { env: UTF_8 }, done)
        : this.#client.exec(command, { pty: window, env: UTF_8 }, done),
    );
  }

  /** A channel to another endpoint as seen from this server (`ssh -J`). */
  forward(address: string, port: number): Promise<Opening> {
    return this.#open((done) => this.#client.forwardOut("127.0.0.1", 0, address, port, done));
  }

  /** Ends in order: what is under way is lost. */
  close(): void {
    this.#client.end();
    this.#fail("CLOSED");
  }

  #open(ask: (done: (error: Error | undefined, channel: ClientChannel) => void) => void): Promise<Opening> {
    return new Promise((resolve) => {
      const forget = this.onGone((error) => resolve({ state: "lost", error }));
      if (this.#lost !== undefined) return;
      const refuse = (error: Error): void => {
        // Connection loss reaches open requests before it reaches the close event, as these texts.
        if (/No response from server|Not connected/.test(error.message)) {
          resolve({ state: "lost", error: this.#fail("CLOSED") });
        } else resolve({ state: "refused", problem: error.message });
      };
      try {
        ask((error, channel) => {
          forget();
          if (error === undefined) resolve({ state: "opened", channel: attend(channel) });
          else refuse(error);
        });
      } catch (error) {
        forget();
        refuse(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #fail(reason: string): SlipwayError {
    if (this.#lost !== undefined) return this.#lost;
    const detail = explainNetwork(
      reason,
      this.#lastProblem === undefined ? undefined : new Error(this.#lastProblem),
    );
    this.#lost = SlipwayError.of("CONNECTION_LOST", { endpoint: this.endpoint, reason }, { detail });
    this.#stopWatching();
    // A reset, not an orderly end: data still queued here must not reach the machine after it was given up.
    if (reason === "SILENT" && this.#socket instanceof Socket) this.#socket.resetAndDestroy();
    else if (reason === "SILENT") this.#socket.destroy();
    for (const listener of this.#gone) listener(this.#lost);
    this.#gone.clear();
    return this.#lost;
  }
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

const attend = (stream: ClientChannel): OpenChannel => {
  let code: number | undefined;
  stream.on("exit", (status: number | null, signal?: string) => {
    code = status ?? 128 + (signalNumbers[signal ?? ""] ?? 0);
  });
  // Errors of a channel repeat those of its connection.
  stream.on("error", () => undefined);
  const ended = new Promise<number | undefined>((resolve) => stream.on("close", () => resolve(code)));
  return { stream, ended };
};
