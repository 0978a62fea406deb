import type { OperationParameters } from "../../contract/parameters.ts";
import { leavingAlive } from "../../core/cluster/leave-rules.ts";

/** Machines that leave, dead ones among them. */
export const departingNames = ({ departing = [] }: OperationParameters): string[] =>
  departing.map(({ name }) => name);

/** Machines that leave and can be worked on. */
export const leavingNames = (parameters: OperationParameters): string[] =>
  leavingAlive(parameters).map(({ name }) => name);
