import type { MachineSpec } from "../../contract/spec/cluster.ts";

/** Bytes or text for a remote command's standard input. */
export type Input = string | Uint8Array;

/** How a remote command runs and what counts as an answer. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly stdin?: Input;
  /** Run as the login user instead of root. Default: as root, by the machine's sudo mode. */
  readonly asLoginUser?: boolean;
  /** Output beyond this many bytes per stream is dropped and `truncated` set. Default 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Receives output while it arrives, already redacted. */
  readonly onOutput?: (chunk: string, stream: "stdout" | "stderr") => void;
  /** Exit codes that are an answer, not a failure. Default [0]. */
  readonly expect?: readonly number[];
}

/** The same for a script, with its arguments. */
export interface ScriptOptions extends RunOptions {
  /** What the script sees as "$1" and so on. Default none. */
  readonly args?: readonly string[];
}

/** What a command that ended in an expected way gave back, as text in UTF-8. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

/** Where a file goes on the machine and what is in it. */
export interface FileContent {
  readonly path: string;
  readonly content: Input;
}

/** A file of the appliance and the path it gets on the machine. */
export interface FileTransfer {
  readonly local: string;
  readonly remote: string;
}

/** Mode and ownership of a file that is written on a machine. Without an owner it belongs to root. */
export interface WriteOptions {
  readonly signal: AbortSignal;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly owner?: string;
  readonly group?: string;
}

/** The same for a file sent from the appliance, with the digest that proves its arrival. */
export interface UploadOptions extends WriteOptions {
  /** Hex digest the far file must have in the end. */
  readonly sha256: string;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** What was learnt about a machine by logging in. */
export interface Login {
  /** SHA256:... fingerprint of the host key shown. */
  readonly hostKey: string;
  /** True when this was the first key ever seen from the machine and has just been pinned. */
  readonly firstSeen: boolean;
  readonly user: string;
  readonly serverVersion: string;
}

/**
 * Commands and files on a machine. Every method rejects with a SlipwayError of the ssh area (contract/errors/ssh.ts)
 * that names the machine; an aborted signal kills the remote process group and rejects with CANCELLED.
 */
export interface Remote {
  /** Connects (or reuses a live connection), checks the host key, logs in and proves that root is to be had. */
  login(machine: MachineSpec, signal: AbortSignal): Promise<Login>;
  /** Runs argv, safely quoted; an exit code that is not expected rejects with COMMAND_FAILED, both outputs in `detail`. */
  run(machine: MachineSpec, argv: readonly string[], options: RunOptions): Promise<CommandResult>;
  /** Runs a constant script of ours by `sh -c`, so that `options.stdin` is its own; data goes in through `options.args`, never into the text. */
  script(machine: MachineSpec, script: string, options: ScriptOptions): Promise<CommandResult>;
  /** The file's content, or undefined when it does not exist. Refuses files over 16 MiB. */
  readFile(machine: MachineSpec, path: string, signal: AbortSignal): Promise<string | undefined>;
  /** Writes atomically: temporary file beside it, mode and owner, fsync, rename, fsync of the folder. */
  writeFile(machine: MachineSpec, file: FileContent, options: WriteOptions): Promise<void>;
  /** Sends a file of the appliance; continues a partial one, verifies the digest on the far side, then renames. */
  upload(machine: MachineSpec, file: FileTransfer, options: UploadOptions): Promise<void>;
  /** Closes all connections; pending calls reject. */
  close(): Promise<void>;
}
