import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import { type ErrorCode, SlipwayError } from "../../installer/core/contract.ts";
import type {
  CommandResult,
  FileContent,
  FileTransfer,
  Login,
  Remote,
  RunOptions,
  ScriptOptions,
  UploadOptions,
  WriteOptions,
} from "../../installer/core/ports/remote.ts";

/** One call as it was made. */
export interface RemoteCall {
  readonly machine: string;
  readonly kind: "login" | "run" | "script" | "readFile" | "writeFile" | "upload";
  /** argv of a command, text and arguments of a script, or the path of a file. */
  readonly words: readonly string[];
  readonly stdin: string | undefined;
}

/** What a command answers: an exit code, its output, or an error to reject with. */
export type FakeReply = Partial<CommandResult> | SlipwayError;

/** Answers a command or script, or leaves it to the rules after it by returning undefined. */
export type Answer = (call: RemoteCall, machine: FakeMachine) => FakeReply | undefined;

/** What goes wrong on a machine: `times` calls of `kind` (default: all calls, for ever) meet it. */
export interface FakeFault {
  /** Rejects with this error; "hang" waits until the call is aborted. */
  readonly with: SlipwayError | "hang";
  readonly kind?: RemoteCall["kind"];
  readonly times?: number;
  /** Lets this many calls through first. Default 0. */
  readonly after?: number;
}

/** A machine's files, and what is planned to go wrong on it. */
export interface FakeMachine {
  readonly name: string;
  readonly files: Map<string, { content: Buffer; mode: number; owner: string }>;
}

interface ActiveFault {
  readonly fault: FakeFault;
  skip: number;
  left: number;
}

/**
 * Machines in memory for tests of phases. Commands are answered by rules (`on`), files are kept per machine, faults are
 * injected with `fail`. A command without a rule rejects, so that no test passes by accident. Exit codes, `expect`,
 * `onOutput` and cancellation behave as on the real adapter.
 */
export class FakeRemote implements Remote {
  readonly calls: RemoteCall[] = [];
  readonly #machines = new Map<string, FakeMachine>();
  readonly #rules: { readonly machine: string; readonly answer: Answer }[] = [];
  readonly #faults = new Map<string, ActiveFault[]>();
  readonly #seen = new Set<string>();
  #closed = false;

  /** Answers commands on `machine` ("*" for every one); later rules go first. */
  on(machine: string, answer: Answer): this {
    this.#rules.unshift({ machine, answer });
    return this;
  }

  /** Answers commands whose words, joined by spaces, begin with `start`. */
  reply(machine: string, start: string, reply: FakeReply): this {
    return this.on(machine, ({ words }) => (words.join(" ").startsWith(start) ? reply : undefined));
  }

  /** Puts a file on a machine. */
  file(machine: string, path: string, content: string): this {
    this.machine(machine).files.set(path, { content: Buffer.from(content), mode: 0o644, owner: "root" });
    return this;
  }

  /** Makes calls to a machine go wrong. */
  fail(machine: string, fault: FakeFault): this {
    const active = { fault, skip: fault.after ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#faults.set(machine, [...(this.#faults.get(machine) ?? []), active]);
    return this;
  }

  /** The same with a code of the catalogue, for codes whose text does not matter to the test. */
  failWith(machine: string, code: ErrorCode, fault: Omit<FakeFault, "with"> = {}): this {
    const params = { endpoint: `${machine}:22`, reason: "TEST", path: "/", user: "root", methods: "key" };
    return this.fail(machine, { ...fault, with: new SlipwayError(code, params, { machine }) });
  }

  /** Ends every fault of a machine. */
  mend(machine: string): this {
    this.#faults.delete(machine);
    return this;
  }

  machine(name: string): FakeMachine {
    const known = this.#machines.get(name) ?? { name, files: new Map() };
    this.#machines.set(name, known);
    return known;
  }

  /** Content of a file as text, or undefined. */
  content(machine: string, path: string): string | undefined {
    return this.machine(machine).files.get(path)?.content.toString("utf8");
  }

  /** Calls that write files. A probe must make none; whether a command changes anything, only the test can know. */
  get writes(): readonly RemoteCall[] {
    return this.calls.filter(({ kind }) => kind === "writeFile" || kind === "upload");
  }

  async login(spec: MachineSpec, signal: AbortSignal): Promise<Login> {
    await this.#enter(spec, { kind: "login", words: [] }, { signal });
    const firstSeen = !this.#seen.has(spec.name);
    this.#seen.add(spec.name);
    const digest = createHash("sha256").update(spec.name).digest("base64").replace(/=+$/, "");
    return {
      hostKey: spec.ssh?.hostKey ?? `SHA256:${digest}`,
      firstSeen,
      user: spec.ssh?.user ?? "root",
      serverVersion: "OpenSSH_10.0",
    };
  }

  async run(spec: MachineSpec, argv: readonly string[], options: RunOptions): Promise<CommandResult> {
    return this.#command(spec, { kind: "run", words: argv }, options);
  }

  async script(spec: MachineSpec, script: string, options: ScriptOptions): Promise<CommandResult> {
    return this.#command(spec, { kind: "script", words: [script, ...(options.args ?? [])] }, options);
  }

  async readFile(spec: MachineSpec, path: string, signal: AbortSignal): Promise<string | undefined> {
    await this.#enter(spec, { kind: "readFile", words: [path] }, { signal });
    return this.content(spec.name, path);
  }

  async writeFile(spec: MachineSpec, file: FileContent, options: WriteOptions): Promise<void> {
    await this.#enter(spec, { kind: "writeFile", words: [file.path] }, options);
    this.#put(spec.name, file.path, { content: Buffer.from(file.content as Uint8Array), options });
  }

  async upload(spec: MachineSpec, file: FileTransfer, options: UploadOptions): Promise<void> {
    await this.#enter(spec, { kind: "upload", words: [file.remote] }, options);
    const content = readFileSync(file.local);
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== options.sha256) {
      throw SlipwayError.of(
        "UPLOAD_SOURCE_WRONG",
        { file: file.local, problem: `its sha256 is ${found}` },
        { machine: spec.name },
      );
    }
    options.onProgress?.(content.length, content.length);
    this.#put(spec.name, file.remote, { content, options });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #put(
    machine: string,
    path: string,
    { content, options }: { content: Buffer; options: WriteOptions },
  ): void {
    this.machine(machine).files.set(path, { content, mode: options.mode, owner: options.owner ?? "root" });
  }

  async #command(
    spec: MachineSpec,
    what: Pick<RemoteCall, "kind" | "words">,
    options: RunOptions,
  ): Promise<CommandResult> {
    const call = await this.#enter(spec, what, options);
    const machine = this.machine(spec.name);
    for (const rule of this.#rules) {
      const reply =
        rule.machine === "*" || rule.machine === spec.name ? rule.answer(call, machine) : undefined;
      if (reply !== undefined) return settle(call, reply, options);
    }
    throw new Error(`no rule answers ${what.kind} on ${spec.name}: ${what.words.join(" ")}`);
  }

  async #enter(
    spec: MachineSpec,
    { kind, words }: Pick<RemoteCall, "kind" | "words">,
    { signal, stdin }: Pick<RunOptions, "signal" | "stdin">,
  ): Promise<RemoteCall> {
    const call: RemoteCall = {
      machine: spec.name,
      kind,
      words,
      stdin: stdin === undefined ? undefined : Buffer.from(stdin as Uint8Array).toString("utf8"),
    };
    this.calls.push(call);
    if (signal.aborted) throw SlipwayError.of("CANCELLED", {}, { machine: spec.name });
    if (this.#closed) {
      const endpoint = `${spec.address}:${spec.ssh?.port ?? 22}`;
      throw SlipwayError.of("CONNECTION_LOST", { endpoint, reason: "CLOSED" }, { machine: spec.name });
    }
    const fault = this.#take(spec.name, kind);
    if (fault?.with === "hang") await untilAborted(signal, spec.name);
    else if (fault !== undefined) throw fault.with;
    return call;
  }

  #take(machine: string, kind: RemoteCall["kind"]): FakeFault | undefined {
    for (const active of this.#faults.get(machine) ?? []) {
      if (active.left <= 0 || (active.fault.kind ?? kind) !== kind) continue;
      if (active.skip > 0) {
        active.skip -= 1;
        continue;
      }
      active.left -= 1;
      return active.fault;
    }
    return undefined;
  }
}

const settle = (call: RemoteCall, reply: FakeReply, options: RunOptions): CommandResult => {
  if (reply instanceof SlipwayError) throw reply;
  const { code = 0, stdout = "", stderr = "", truncated = false } = reply;
  if (stdout !== "") options.onOutput?.(stdout, "stdout");
  if (stderr !== "") options.onOutput?.(stderr, "stderr");
  if ((options.expect ?? [0]).includes(code)) return { code, stdout, stderr, truncated };
  const command = call.kind === "script" ? "sh <script>" : call.words.join(" ");
  throw SlipwayError.of(
    "COMMAND_FAILED",
    { command, code },
    { machine: call.machine, detail: `${stdout}${stderr}` },
  );
};

const untilAborted = (signal: AbortSignal, machine: string): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(SlipwayError.of("CANCELLED", {}, { machine })), {
      once: true,
    });
  });
