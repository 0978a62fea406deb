import type { ClientChannel } from "ssh2";
import { SlipwayError } from "../../core/contract.ts";
import type { CommandResult, Input } from "../../core/ports/remote.ts";
import type { Redactor } from "../../core/ports/index.ts";
import type { Become, CommandLine } from "./command-line.ts";
import { commandLine } from "./command-line.ts";
import { killSession } from "./kill.ts";
import type { SshLimits } from "./limits.ts";
import { Output } from "./output.ts";
import type { Lease, MachinePool } from "./pool.ts";
import { MAX_COMMAND_BYTES } from "./quote.ts";
import { startRefusal } from "./refusal.ts";

/** What a conversation with a running command has at hand. */
export interface Conversation {
  readonly channel: ClientChannel;
  /** Calls back with what the command prints. */
  listen(listener: (text: string) => void): void;
  /** Resolves once the command has ended or is given up: nothing will be read or answered any more. */
  readonly over: Promise<"over">;
}

/** A conversation with a running command instead of a fixed input: it writes to the channel and ends it. */
export type Talk = (conversation: Conversation) => Promise<void>;

/** One command on one machine, in full. */
export interface Execution {
  readonly pool: MachinePool;
  readonly endpoint: string;
  readonly user: string;
  readonly become: Become;
  readonly sudoPassword: string | undefined;
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  readonly limits: SshLimits;
  readonly maxOutputBytes: number;
  readonly stdin?: Input | Talk | undefined;
  readonly onOutput?: ((chunk: string, stream: "stdout" | "stderr") => void) | undefined;
}

/**
 * Runs a command and collects what it prints. Whatever its exit code, it resolves; it rejects when the command did not
 * start (pool's errors, sudo's errors, HOST_SHELL_REFUSED), when the connection was lost, and with CANCELLED after the
 * far side's processes are gone. A death by signal N is exit code 128+N, as shells say it.
 */
export const execute = async (execution: Execution): Promise<CommandResult> => {
  const line = commandLine(execution.argv, execution.become);
  const bytes = Buffer.byteLength(line.text);
  if (bytes > MAX_COMMAND_BYTES) {
    throw SlipwayError.of("COMMAND_TOO_LONG", {
      command: execution.argv[0] ?? "",
      bytes,
      limit: MAX_COMMAND_BYTES,
    });
  }
  const lease = await execution.pool.open(line.text, execution.signal);
  try {
    return await new Session(execution, lease, line).result();
  } finally {
    lease.release();
  }
};

class Session {
  readonly #execution: Execution;
  readonly #lease: Lease;
  readonly #line: CommandLine;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #listeners: ((text: string) => void)[] = [];
  #posixSession: string | undefined;
  #whenStarted: (() => void) | undefined;
  #passwordsSent = 0;
  #fed = false;
  readonly #over = Promise.withResolvers<"over">();
  #talk: Promise<void> = Promise.resolve();
  #failure: SlipwayError | undefined;

  constructor(execution: Execution, lease: Lease, line: CommandLine) {
    this.#execution = execution;
    this.#lease = lease;
    this.#line = line;
    const { redactor, maxOutputBytes: maxBytes, onOutput } = execution;
    const wanted = (stream: "stdout" | "stderr") =>
      onOutput === undefined ? undefined : (text: string) => onOutput(text, stream);
    const talks = typeof execution.stdin === "function";
    this.#stdout = new Output({
      marker: line.marker,
      maxBytes,
      redactor,
      onText: talks ? (text) => this.#hear(text) : wanted("stdout"),
      onStart: () => undefined,
    });
    this.#stderr = new Output({
      marker: line.marker,
      maxBytes,
      redactor,
      onText: wanted("stderr"),
      onStart: (session) => this.#start(session),
      onPreamble: (soFar) => this.#answerPrompt(soFar),
    });
  }

  async result(): Promise<CommandResult> {
    const { channel, connection } = this.#lease;
    const { signal } = this.#execution;
    const lost = new Promise<SlipwayError>((resolve) => {
      void channel.ended.then(connection.onGone(resolve));
    });
    const ended = Promise.race([channel.ended, lost]);
    channel.stream.on("data", (chunk: Buffer) => this.#stdout.take(chunk));
    channel.stream.stderr.on("data", (chunk: Buffer) => this.#stderr.take(chunk));
    // Only sudo's password must go first; otherwise the input can travel at once.
    if (this.#execution.become !== "password") this.#feed();

    let onAbort: (() => void) | undefined;
    const aborted = new Promise<"aborted">((resolve) => {
      onAbort = () => resolve("aborted");
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
    const outcome = await Promise.race([ended, aborted]);
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
    if (outcome === "aborted") {
      await this.#kill(ended);
      await this.#endTalk();
      throw SlipwayError.of("CANCELLED", {});
    }
    await this.#endTalk();
    this.#stdout.end();
    this.#stderr.end();
    if (this.#failure !== undefined) throw this.#failure;
    if (outcome === undefined) throw connection.lost ?? this.#cutShort();
    if (outcome instanceof SlipwayError) throw outcome;
    if (!this.#stderr.started) throw this.#refused();
    return {
      code: outcome,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      truncated: this.#stdout.truncated || this.#stderr.truncated,
    };
  }

  /** A conversation must be over before what it reads from is closed by whoever started it. */
  async #endTalk(): Promise<void> {
    this.#over.resolve("over");
    await this.#talk;
  }

  #start(session: string): void {
    this.#posixSession = session;
    this.#whenStarted?.();
    this.#feed();
  }

  #hear(text: string): void {
    for (const listener of this.#listeners) listener(text);
  }

  #feed(): void {
    if (this.#fed) return;
    this.#fed = true;
    const { stream } = this.#lease.channel;
    const { stdin } = this.#execution;
    if (typeof stdin !== "function") {
      if (stdin === undefined) stream.end();
      else stream.end(typeof stdin === "string" ? Buffer.from(stdin) : stdin);
      return;
    }
    const listen = (listener: (text: string) => void): void => void this.#listeners.push(listener);
    this.#talk = stdin({ channel: stream, listen, over: this.#over.promise }).catch((error: unknown) => {
      this.#failure ??=
        error instanceof SlipwayError
          ? error
          : SlipwayError.of("INTERNAL", { problem: String(error) }, { cause: error });
      stream.end();
    });
  }

  #answerPrompt(soFar: string): void {
    const asked = soFar.split(this.#line.prompt).length - 1;
    if (asked <= this.#passwordsSent) return;
    const { stream } = this.#lease.channel;
    const password = this.#execution.sudoPassword;
    this.#passwordsSent = asked;
    // A second question means the first answer was wrong; another try would only count against the account.
    if (asked > 1 || password === undefined) stream.end();
    else stream.write(`${password}\n`);
  }

  #refused(): SlipwayError {
    const { endpoint, user, become, redactor } = this.#execution;
    const printed = `${this.#stderr.preamble()}\n${this.#stdout.preamble()}`.replaceAll(
      this.#line.prompt,
      "",
    );
    const site = { endpoint, user, become };
    if (this.#passwordsSent > 1) {
      return SlipwayError.of(
        "SUDO_PASSWORD_WRONG",
        { endpoint, user },
        { detail: redactor.redact(printed.trim()) },
      );
    }
    return startRefusal(site, redactor.redact(printed));
  }

  #cutShort(): SlipwayError {
    return SlipwayError.of(
      "CONNECTION_LOST",
      { endpoint: this.#execution.endpoint, reason: "CLOSED" },
      { detail: "the session ended without an exit code" },
    );
  }

  /** Ends every process of the command. Waits for the marker first: before it there is no number to kill by. */
  async #kill(ended: Promise<unknown>): Promise<void> {
    const { pool, limits, become, sudoPassword } = this.#execution;
    const { channel, connection } = this.#lease;
    const started = new Promise<void>((resolve) => {
      if (this.#posixSession === undefined) this.#whenStarted = resolve;
      else resolve();
    });
    const work = async (): Promise<void> => {
      await Promise.race([started, ended]);
      const session = this.#posixSession;
      if (session === undefined || session === "0" || connection.lost !== undefined) return;
      await killSession({ pool, connection, become, sudoPassword, session });
      await ended;
    };
    await withinTime(work(), limits.killMs);
    channel.stream.close();
  }
}

/** Resolves when `work` has settled, whatever it came to, or after `ms`. */
const withinTime = async (work: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.allSettled([Promise.race([work, late])]);
  clearTimeout(timer);
};
