import type { PodSummary, Recording, Terminal, TerminalSize } from "../../contract/terminal.ts";
import type { Viewer, ViewerEvents } from "./session.ts";

/** Who opens or looks at terminals. */
export interface TerminalUser {
  readonly user: string;
  readonly via: Terminal["via"];
  readonly address: string;
  /** Administrators of the site see everybody's. */
  readonly administrator: boolean;
}

/** What every terminal is opened with. */
export interface TerminalWish extends TerminalSize {
  readonly cluster: string;
  readonly why: string;
}

/** Terminals of this engine: shells that live here, shown to whoever opened them, recorded from their first byte on. */
export interface TerminalsService {
  /** Rejects with the errors of pods and containers, TERMINAL_LIMIT, and PERMISSION_DENIED for a guarded pod without `mayEnter`. */
  openContainer(
    by: TerminalUser & { readonly mayEnter: boolean },
    wish: TerminalWish & {
      readonly namespace: string;
      readonly pod: string;
      readonly container?: string | undefined;
      readonly debug: boolean;
    },
    signal: AbortSignal,
  ): Promise<Terminal>;
  /** Rejects with the errors of the ssh area, MACHINE_UNKNOWN, TERMINAL_LIMIT. */
  openMachine(
    by: TerminalUser,
    wish: TerminalWish & { readonly machine: string },
    signal: AbortSignal,
  ): Promise<Terminal>;
  /** Rejects with KUBECONFIG_MISSING, KUBECTL_UNCONFINED, TERMINAL_LIMIT. */
  openKubectl(by: TerminalUser, wish: TerminalWish, signal: AbortSignal): Promise<Terminal>;
  list(by: TerminalUser): Promise<readonly Terminal[]>;
  /** Rejects with TERMINAL_UNKNOWN, also for those of others. */
  find(by: TerminalUser, id: string): Promise<Terminal>;
  /** Shows one's own terminal. Rejects with TERMINAL_UNKNOWN. */
  attach(
    by: TerminalUser,
    id: string,
    view: { after: number | undefined; events: ViewerEvents },
  ): Promise<Viewer>;
  /** Resolves once its program was told. */
  close(by: TerminalUser, id: string): Promise<void>;
  pods(cluster: string, signal: AbortSignal): Promise<readonly PodSummary[]>;
  recordings(by: TerminalUser): Promise<readonly Recording[]>;
  /** Rejects with RECORDING_UNKNOWN, also for those of others. */
  replay(by: TerminalUser, id: string): Promise<AsyncGenerator<string, void, void>>;
  removeRecording(id: string): Promise<void>;
  /** Ends all of them, because the engine stops. */
  shutdown(): Promise<void>;
}

/** The same where it is made. */
export interface OpenTerminals extends TerminalsService {
  /** Whether none runs. */
  idle(): boolean;
}
