import { DrainSettings, type OperationParameters } from "../contract/parameters.ts";
import { SlipwayError } from "../core/contract.ts";
import type { WorkflowRequest } from "../core/phase.ts";

type Accepted = "drain" | "why";

/**
 * Parameters of a workflow about named machines: each once, in the operator's order, all of them members.
 * @throws MACHINE_NOT_A_MEMBER, or USAGE when no machine is named or something is asked for that it does not take.
 */
export const namedMachines =
  (workflow: string, ...accepted: readonly Accepted[]) =>
  ({ cluster, parameters }: WorkflowRequest): OperationParameters => {
    const { machines = [], ...rest } = parameters;
    if (machines.length === 0)
      throw SlipwayError.of("USAGE", { problem: `${workflow}: no machine is named` });
    const stranger = Object.keys(rest).find((key) => !accepted.includes(key as Accepted));
    if (stranger !== undefined) {
      throw SlipwayError.of("USAGE", { problem: `${workflow} takes no ${stranger}` });
    }
    for (const machine of machines) {
      if (cluster.machines.some(({ name }) => name === machine)) continue;
      throw SlipwayError.of("MACHINE_NOT_A_MEMBER", { cluster: cluster.name, machine });
    }
    const { why } = rest;
    return {
      machines: [...new Set(machines)],
      ...(accepted.includes("drain") ? { drain: rest.drain ?? DrainSettings.parse({}) } : {}),
      ...(why === undefined ? {} : { why }),
    };
  };
