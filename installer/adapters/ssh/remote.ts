import { randomBytes } from "node:crypto";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { HostKeys, Log, Redactor, Remote, Secrets } from "../../core/ports/index.ts";
import type {
  CommandResult,
  FileContent,
  FileTransfer,
  Input,
  Login,
  RunOptions,
  ScriptOptions,
  UploadOptions,
  WriteOptions,
} from "../../core/ports/remote.ts";
import type { Become } from "./command-line.ts";
import { Credentials } from "./credentials.ts";
import { absolute, type Destination, destinationOf, octal, ownership } from "./destination.ts";
import { Dialer, type OpenTransport } from "./dialer.ts";
import * as far from "./far-scripts.ts";
import { commandFailed, fileFailed } from "./failures.ts";
import { defaultLimits, type SshLimits } from "./limits.ts";
import { MachinePool } from "./pool.ts";
import { execute, type Talk } from "./session.ts";
import { endpointText } from "./socket.ts";
import { digestOf, openSource, sendFile, type Source, sourceWrong } from "./upload.ts";

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
const READ_LIMIT = 16 * 1024 * 1024;

/** What the adapter is made from. */
export interface SshRemoteParts {
  readonly secrets: Secrets;
  readonly hostKeys: HostKeys;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly limits?: Partial<SshLimits>;
  /** Opens transports some other way than by TCP from this process. */
  readonly connect?: OpenTransport;
  /** Path of the SSH agent's socket in the engine's environment. */
  readonly agentSocket?: string | undefined;
  /** Private key files to try for machines whose spec names no way to log in. */
  readonly defaultKeys?: readonly string[];
}

/** How one call is made, in the adapter's own terms. */
interface Call {
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly asLoginUser?: boolean | undefined;
  readonly stdin?: Input | Talk | undefined;
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: RunOptions["onOutput"];
}

/** The Remote port over ssh2: one pool of connections per machine and way to log in, all made on demand. */
export const createSshRemote = (parts: SshRemoteParts): Remote => new SshRemote(parts);

class SshRemote implements Remote {
  readonly #parts: SshRemoteParts;
  readonly #limits: SshLimits;
  readonly #credentials: Credentials;
  readonly #dialer: Dialer;
  readonly #pools = new Map<string, MachinePool>();
  #closed = false;

  constructor(parts: SshRemoteParts) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#credentials = new Credentials(parts);
    this.#dialer = new Dialer({
      credentials: this.#credentials,
      hostKeys: parts.hostKeys,
      limits: this.#limits,
      log: parts.log,
      openTransport: parts.connect,
    });
  }

  async login(machine: MachineSpec, signal: AbortSignal): Promise<Login> {
    return named(machine, async () => {
      const user = machine.ssh?.user ?? "root";
      const { result, pool } = await this.#execute(machine, { argv: ["id", "-u"], signal });
      if (result.stdout.trim() !== "0") {
        throw SlipwayError.of("NOT_ROOT", { endpoint: endpointText(destinationOf(machine)), user });
      }
      const { hostKey = "", serverVersion = "" } = pool.handshake ?? {};
      return { hostKey, firstSeen: pool.takeNewlyPinned(), user, serverVersion };
    });
  }

  async run(machine: MachineSpec, argv: readonly string[], options: RunOptions): Promise<CommandResult> {
    return named(machine, async () => {
      const { result } = await this.#execute(machine, { argv, ...options });
      if ((options.expect ?? [0]).includes(result.code)) return result;
      throw commandFailed(
        { argv, endpoint: endpointText(destinationOf(machine)) },
        result,
        this.#parts.redactor,
      );
    });
  }

  async script(machine: MachineSpec, script: string, options: ScriptOptions): Promise<CommandResult> {
    // As an argument, not on standard input (`sh -s`): the script's own commands could eat the rest of it, and
    // standard input stays free for data.
    const { args = [], ...rest } = options;
    return this.run(machine, ["/bin/sh", "-c", script, "slipway-script", ...args], rest);
  }

  async readFile(machine: MachineSpec, path: string, signal: AbortSignal): Promise<string | undefined> {
    return named(machine, async () => {
      const endpoint = endpointText(destinationOf(machine));
      const { result } = await this.#file(machine, far.readScript, {
        args: [absolute(path), String(READ_LIMIT)],
        signal,
        maxOutputBytes: READ_LIMIT + 1,
      });
      if (result.code === far.MISSING) return undefined;
      if (result.code === far.TOO_LARGE || Buffer.byteLength(result.stdout) > READ_LIMIT) {
        throw SlipwayError.of("REMOTE_FILE_TOO_LARGE", { path, endpoint, limit: READ_LIMIT });
      }
      if (result.code !== 0) throw fileFailed({ path, endpoint }, result, this.#parts.redactor);
      return result.stdout;
    });
  }

  async writeFile(
    machine: MachineSpec,
    { path, content }: FileContent,
    options: WriteOptions,
  ): Promise<void> {
    await named(machine, async () => {
      const endpoint = endpointText(destinationOf(machine));
      const bytes = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
      const nonce = randomBytes(6).toString("hex");
      const { result } = await this.#file(machine, far.writeScript, {
        args: [absolute(path), octal(options.mode), ownership(options), String(bytes), nonce],
        signal: options.signal,
        stdin: content,
      });
      if (result.code !== 0) throw fileFailed({ path, endpoint }, result, this.#parts.redactor);
    });
  }

  async upload(machine: MachineSpec, file: FileTransfer, options: UploadOptions): Promise<void> {
    await named(machine, async () => {
      const source = await openSource(file.local);
      try {
        await this.#send(machine, source, { remotePath: file.remote, options });
      } finally {
        await source.file.close();
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    await this.#dialer.close();
  }

  async #send(
    machine: MachineSpec,
    source: Source,
    { remotePath, options }: { remotePath: string; options: UploadOptions },
  ): Promise<void> {
    const endpoint = endpointText(destinationOf(machine));
    const { result } = await this.#file(machine, far.receiveScript, {
      args: [
        absolute(remotePath),
        octal(options.mode),
        ownership(options),
        String(source.size),
        options.sha256,
      ],
      signal: options.signal,
      stdin: sendFile(source, options),
    });
    if (result.code === far.BAD_DIGEST) {
      const here = await digestOf(source, source.size, options.signal);
      if (here !== options.sha256) {
        throw sourceWrong(source.path, `its sha256 is ${here}, not ${options.sha256}`);
      }
      const found = result.stdout.trim().split("\n").at(-1) ?? "";
      throw SlipwayError.of("UPLOAD_BAD_DIGEST", {
        path: remotePath,
        endpoint,
        found,
        wanted: options.sha256,
      });
    }
    if (result.code !== 0) throw fileFailed({ path: remotePath, endpoint }, result, this.#parts.redactor);
  }

  #file(
    machine: MachineSpec,
    script: string,
    call: Omit<Call, "argv"> & { readonly args: readonly string[] },
  ): Promise<{ result: CommandResult }> {
    const { args, ...rest } = call;
    return this.#execute(machine, { argv: ["/bin/sh", "-c", script, "slipway-file", ...args], ...rest });
  }

  async #execute(machine: MachineSpec, call: Call): Promise<{ result: CommandResult; pool: MachinePool }> {
    const ssh = machine.ssh ?? {};
    const become: Become = call.asLoginUser === true ? "none" : (ssh.sudo ?? "none");
    const sudoPassword =
      become === "password" ? await this.#credentials.password(ssh.sudoPassword ?? ssh.password) : undefined;
    const destination = destinationOf(machine);
    const pool = this.#pool(destination);
    const result = await execute({
      pool,
      endpoint: endpointText(destination),
      user: ssh.user ?? "root",
      become,
      sudoPassword,
      argv: call.argv,
      signal: call.signal,
      redactor: this.#parts.redactor,
      limits: this.#limits,
      maxOutputBytes: call.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
      stdin: call.stdin,
      onOutput: call.onOutput,
    });
    return { result, pool };
  }

  #pool(destination: Destination): MachinePool {
    const endpoint = endpointText(destination);
    if (this.#closed) throw SlipwayError.of("CONNECTION_LOST", { endpoint, reason: "CLOSED" });
    const key = JSON.stringify(destination);
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool = new MachinePool(endpoint, {
      dial: (signal) => this.#dialer.dial(destination, signal),
      limits: this.#limits,
    });
    this.#pools.set(key, pool);
    return pool;
  }
}

/** Puts the machine's name on every error of `work`. */
export const named = async <T>(machine: MachineSpec, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.machine !== undefined) throw error;
    const { code, params, detail, cause } = error;
    throw new SlipwayError(code, params, {
      machine: machine.name,
      ...(detail === undefined ? {} : { detail }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
};
