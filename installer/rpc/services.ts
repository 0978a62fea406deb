import type { EngineInfo } from "../contract/api/engine.ts";
import type { LabFault, LabProgress, LabStatus, LabUpRequest } from "../contract/lab.ts";
import type { CheckInfo } from "../contract/preflight.ts";
import type { Workflow } from "../core/phase.ts";
import type { HostKeys, Log, Redactor, Secrets } from "../core/ports/index.ts";
import type { MachinesService } from "../services/machines.ts";
import type { OperationsService } from "../services/operations-api.ts";

/** Everything the contract is answered from. main.ts wires it; tests fill it with fakes. */
export interface EngineServices {
  readonly engine: EngineControl;
  readonly operations: OperationsService;
  readonly machines: MachinesService;
  readonly workflows: readonly Workflow[];
  readonly hostKeys: HostKeys;
  readonly secrets: Secrets;
  readonly checks: readonly CheckInfo[];
  readonly lab: LabUseCases;
  readonly redactor: Redactor;
  readonly log: Log;
}

/** What the process tells about itself. */
export interface EngineControl {
  info(): EngineInfo;
  /** Begins an orderly end; returns at once. */
  shutdown(): void;
}

/** Labs, as far as the contract needs them. */
export interface LabUseCases {
  up(
    request: LabUpRequest,
    watch: { readonly signal: AbortSignal; readonly onProgress: (progress: LabProgress) => void },
  ): Promise<LabStatus>;
  status(name: string): Promise<LabStatus>;
  fault(target: { readonly name: string; readonly machine: string }, fault: LabFault): Promise<void>;
  down(name: string): Promise<void>;
  /** Command line that logs in to the machine from the appliance. */
  sshCommand(target: { readonly name: string; readonly machine: string }): Promise<readonly string[]>;
}

/** What is known about one call besides its input. */
export interface CallContext {
  /** OS user who asks. */
  readonly by: string;
}
