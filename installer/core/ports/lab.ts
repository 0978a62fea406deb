import type { LabFault, LabPower, LabProgress, LabStatus, LabUpRequest } from "../../contract/lab.ts";

/** How the caller follows a change to a lab, and stops it. */
export interface LabOptions {
  /** Aborts the work between two steps; what was made so far stays until `down`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LabProgress) => void;
}

/**
 * Machines made on the spot. They live on without the process that made them, until `down`. Every method rejects with
 * errors of the lab area (contract/errors/lab.ts); methods that take a name reject with LAB_UNKNOWN for a lab that is not there.
 */
export interface Lab {
  /**
   * Makes the lab, or completes it: machines that are missing are added, those that are there are left as they are.
   * Resolves when every new machine answers on its SSH port.
   */
  up(request: LabUpRequest, options?: LabOptions): Promise<LabStatus>;
  status(name: string): Promise<LabStatus>;
  /** Names of the labs on this computer, also of half-made ones. */
  list(): Promise<readonly string[]>;
  /** Makes a fault or undoes it. Repeating one is harmless. Resolves when the effect is there to be seen. */
  fault(lab: string, machine: string, fault: LabFault): Promise<void>;
  /**
   * Switches a machine on, asks it to shut down and waits until it is off, or cuts its power. A blank machine that was
   * switched on is left to itself: nobody knows what it will boot.
   */
  power(lab: string, machine: string, power: LabPower): Promise<void>;
  /** Removes machines, network, mounts, processes, groups and files; also what a killed `up` or `down` left. Idempotent. */
  down(name: string, options?: LabOptions): Promise<void>;
  /** The command that opens a shell on the machine, or runs `command` there; run it with inherited stdio. */
  sshCommand(lab: string, machine: string, command?: readonly string[]): Promise<readonly string[]>;
  /** `argv`, started inside the lab's network: only there are its machines reachable. */
  insideCommand(lab: string, argv: readonly string[]): readonly string[];
  /** Path of a cluster spec that describes the lab's machines, ready for `slipway cluster check -f`. */
  clusterFile(lab: string): string;
}
