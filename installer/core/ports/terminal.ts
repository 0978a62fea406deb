import type { CastHead } from "../../contract/asciicast.ts";
import type { WireError } from "../../contract/errors/index.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { PodSummary, Recording, TerminalSize } from "../../contract/terminal.ts";

/** How the program behind a terminal ended: by itself, or because the way to it broke. */
export type ProgramEnd = { readonly exit: number | undefined } | { readonly error: WireError };

/** What a program tells. After `ended` nothing more comes. */
export interface ProgramEvents {
  /** The bytes are the listener's only until it returns. */
  output(bytes: Uint8Array): void;
  ended(end: ProgramEnd): void;
}

/** A program on a terminal. Output that is held back waits with the program, not in memory. */
export interface TerminalProgram {
  write(bytes: Uint8Array): void;
  /** Bytes of input that the program has not taken yet. */
  pendingInput(): number;
  resize(size: TerminalSize): void;
  hold(): void;
  release(): void;
  /** Hangs up, as when a window is closed; `ended` follows. */
  end(): void;
}

/** How a program is started. */
export interface ProgramStart {
  readonly size: TerminalSize;
  readonly events: ProgramEvents;
  readonly signal: AbortSignal;
}

/** Shells on machines, by SSH. Rejects with the errors of the ssh area. */
export interface MachineShells {
  /** A login shell of root's, or of the login user where becoming root needs a password. */
  open(machine: MachineSpec, start: ProgramStart): Promise<TerminalProgram>;
}

/** A container, found. */
export interface ContainerAddress {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The API of one cluster. */
export interface ClusterAccess {
  readonly cluster: string;
  readonly kubeconfig: string;
}

/** Shells in containers, through the API of a cluster. Rejects with KUBE_CALL_REFUSED, KUBE_UNREACHABLE. */
export interface ContainerShells {
  pods(access: ClusterAccess, signal: AbortSignal): Promise<readonly PodSummary[]>;
  /** Rejects with POD_UNKNOWN, too. */
  pod(
    access: ClusterAccess,
    where: Omit<ContainerAddress, "container">,
    signal: AbortSignal,
  ): Promise<PodSummary>;
  /** The best shell of a container. Rejects with CONTAINER_NO_SHELL, CONTAINER_NOT_RUNNING, too. */
  open(access: ClusterAccess, where: ContainerAddress, start: ProgramStart): Promise<TerminalProgram>;
  /** A container of its own that sees the processes of the one named, in the same pod. Rejects with DEBUG_REFUSED, too. */
  debug(
    access: ClusterAccess,
    where: ContainerAddress & { readonly image: string },
    start: ProgramStart,
  ): Promise<TerminalProgram>;
}

/** Shells on the appliance itself that see one cluster and nothing else. */
export interface KubectlShells {
  /** `program` is a kubectl on disk. Rejects with KUBECTL_UNCONFINED when it could see more and `trusted` is not set. */
  open(
    access: ClusterAccess & { readonly program: string; readonly trusted: boolean },
    start: ProgramStart,
  ): Promise<TerminalProgram>;
}

/** A recording that is being made. */
export interface RecordingWriter {
  /** Rejects nothing: `failed` tells. */
  output(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** Bytes that are not on disk yet. */
  pending(): number;
  /** Resolves when all of it is on disk. */
  close(remark: string): Promise<void>;
}

/** Recordings of terminals, as files. */
export interface Recordings {
  /** How many days they are kept. */
  readonly days: number;
  /** `failed` is called once with RECORDING_UNWRITABLE or RECORDING_FULL. Rejects with RECORDING_UNWRITABLE. */
  create(
    head: CastHead,
    listener: { readonly failed: (error: unknown) => void; readonly drained: () => void },
  ): Promise<RecordingWriter>;
  /** Newest first. */
  list(): Promise<readonly Omit<Recording, "running">[]>;
  /** Rejects with RECORDING_UNKNOWN. */
  head(id: string): Promise<Omit<Recording, "running">>;
  /** The file in pieces of whole characters. */
  read(id: string): AsyncGenerator<string, void, void>;
  remove(id: string): Promise<void>;
  /** Removes those that are too old. */
  tidy(): Promise<void>;
}
