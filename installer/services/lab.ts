import type { LabFault, LabPower, LabProgress, LabStatus, LabUpRequest } from "../contract/lab.ts";
import type { Lab } from "../core/ports/lab.ts";

/** One machine of one lab. */
export interface LabTarget {
  readonly name: string;
  readonly machine: string;
}

/** What can be done with labs; errors are those of the lab area (contract/errors/lab.ts). */
export interface LabService {
  up(
    request: LabUpRequest,
    watch: { readonly signal: AbortSignal; readonly onProgress: (progress: LabProgress) => void },
  ): Promise<LabStatus>;
  status(name: string): Promise<LabStatus>;
  list(): Promise<readonly string[]>;
  fault(target: LabTarget, fault: LabFault): Promise<void>;
  power(target: LabTarget, power: LabPower): Promise<void>;
  down(name: string, onProgress?: (progress: LabProgress) => void): Promise<void>;
  /** Command line that logs in to the machine from the appliance, or runs `command` there. */
  sshCommand(target: LabTarget, command?: readonly string[]): Promise<readonly string[]>;
  /** `argv` as it must be started to live in the lab's network, such as an engine for that lab. */
  insideCommand(name: string, argv: readonly string[]): Promise<readonly string[]>;
  /** Path of the spec that describes the lab's machines. */
  clusterFile(name: string): Promise<string>;
}

/** The use cases over the lab of this computer. */
export const createLabService = (lab: Lab): LabService => ({
  up: (request, watch) => lab.up(request, watch),
  status: (name) => lab.status(name),
  list: () => lab.list(),
  fault: ({ name, machine }, fault) => lab.fault(name, machine, fault),
  power: ({ name, machine }, power) => lab.power(name, machine, power),
  down: (name, onProgress) => lab.down(name, onProgress === undefined ? {} : { onProgress }),
  sshCommand: ({ name, machine }, command = []) => lab.sshCommand(name, machine, command),
  async insideCommand(name, argv) {
    // Asked for its state first, so that an unknown lab is said to be unknown and not a failing command.
    await lab.status(name);
    return lab.insideCommand(name, argv);
  },
  async clusterFile(name) {
    await lab.status(name);
    return lab.clusterFile(name);
  },
});
