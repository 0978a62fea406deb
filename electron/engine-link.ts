import { execFile } from "node:child_process";
import { request, type RequestOptions } from "node:http";
import { userInfo } from "node:os";
import type { Duplex } from "node:stream";
import { PIPE_PATH, PIPE_PROTOCOL } from "../installer/contract/frames.ts";
import type { WireError } from "../installer/contract/errors/index.ts";
import { USER_HEADER } from "../installer/contract/api/version.ts";

/** The program beside this app, and the options that say which engine is meant. */
export interface EngineProgram {
  readonly command: string;
  readonly options: readonly string[];
}

/** An engine could not be reached, in the words of the catalogue. */
export class EngineFailure extends Error {
  readonly wire: WireError;
  readonly outdated: boolean;

  constructor(wire: WireError, { outdated = false }: { readonly outdated?: boolean } = {}) {
    super(wire.code);
    this.wire = wire;
    this.outdated = outdated;
  }
}

const START_MS = 60_000;
const ANSWER_MS = 15_000;
const CONFLICT = 409;

/**
 * The way to the engine: one that runs is joined, else the program beside this app starts one, which leaves by itself once
 * nothing runs and nobody calls. So quitting the app never ends an operation.
 */
export class EngineLink {
  readonly #program: EngineProgram;
  #socket: string | undefined;
  #starting: Promise<string> | undefined;

  constructor(program: EngineProgram) {
    this.#program = program;
  }

  /** A pipe to the engine, which is started if need be. Rejects with EngineFailure. */
  async open(): Promise<Duplex> {
    const socket = await this.#ensure();
    try {
      return await upgraded(socket);
    } catch (error) {
      if (error instanceof EngineFailure) throw error;
      // It has left since; the next one may be elsewhere.
      this.#socket = undefined;
      return upgraded(await this.#ensure());
    }
  }

  /** What a call of the API that reads answers; undefined while no engine answers. Starts none. */
  async read(path: string): Promise<unknown> {
    if (this.#socket === undefined) return undefined;
    return readJson(this.#socket, path).catch(() => undefined);
  }

  #ensure(): Promise<string> {
    if (this.#socket !== undefined) return Promise.resolve(this.#socket);
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  #start(): Promise<string> {
    const { command, options } = this.#program;
    return new Promise((resolve, reject) => {
      execFile(
        command,
        ["engine", "start", ...options, "--output", "json"],
        { timeout: START_MS, windowsHide: true },
        (error, stdout, stderr) => {
          const { socket } = parsed(stdout) as { readonly socket?: string };
          if (error === null && socket !== undefined) {
            this.#socket = socket;
            resolve(socket);
            return;
          }
          const wire = parsed(stderr.trim().split("\n").at?.(-1) ?? stderr) as Partial<WireError>;
          reject(
            wire.code === undefined
              ? unreachable(error?.message ?? stderr)
              : new EngineFailure({ params: {}, ...wire } as WireError),
          );
        },
      );
    });
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};

const unreachable = (problem: string): EngineFailure =>
  new EngineFailure({
    code: "ENGINE_START_FAILED",
    params: { problem: problem.slice(0, 500), log: "" },
  });

const asked = (
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): RequestOptions => ({
  socketPath,
  path,
  headers: { host: "engine", [USER_HEADER]: userInfo().username, ...headers },
  timeout: ANSWER_MS,
});

const upgraded = (socketPath: string): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const call = request(asked(socketPath, PIPE_PATH, { connection: "upgrade", upgrade: PIPE_PROTOCOL }));
    call.once("upgrade", (_response, stream, head) => {
      if ("setTimeout" in stream && typeof stream.setTimeout === "function") stream.setTimeout(0);
      if (head.byteLength > 0) stream.unshift(head);
      resolve(stream);
    });
    call.once("response", (response) => {
      response.resume();
      const outdated = response.statusCode === CONFLICT;
      reject(
        outdated ? new EngineFailure(mismatch, { outdated }) : unreachable(`HTTP ${response.statusCode}`),
      );
    });
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.once("error", reject);
    call.end();
  });

const mismatch: WireError = {
  code: "CONTRACT_MISMATCH",
  params: { client: PIPE_PROTOCOL, engine: "?" },
};

const readJson = (socketPath: string, path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const call = request(asked(socketPath, path, {}), (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode === 200) resolve(parsed(Buffer.concat(pieces).toString("utf8")));
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.once("error", reject);
    call.end();
  });
