import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { controlPlanesOf } from "../../core/cluster/endpoint.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import { readMemberState } from "../cluster/membership.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const assertReady = async (context: Step, machine: MachineSpec): Promise<MachineSpec> => {
  const state = await readMemberState({ ...context, machine, target: machine.name });
  if (isMember(state) && state.ready) return machine;
  throw SlipwayError.of(
    "API_UNAVAILABLE",
    { cluster: context.cluster.name, machine: machine.name, problem: "it is not ready" },
    { machine: machine.name },
  );
};

/**
 * A control plane that stays and whose API server is ready, whichever says so first: machines that leave are struck off
 * through it. Asked anew for every step, since a control plane may be lost while others leave.
 * Rejects with API_UNAVAILABLE.
 */
export const survivor = async (context: Step): Promise<MachineSpec> => {
  const staying = controlPlanesOf(context.cluster);
  try {
    return await Promise.any(staying.map((machine) => assertReady(context, machine)));
  } catch (error) {
    context.signal.throwIfAborted();
    const names = staying.map(({ name }) => name).join(", ");
    const problems = error instanceof AggregateError ? error.errors.map(String).join("\n") : String(error);
    throw SlipwayError.of(
      "API_UNAVAILABLE",
      { cluster: context.cluster.name, machine: names, problem: "none of them is ready" },
      { detail: problems },
    );
  }
};
