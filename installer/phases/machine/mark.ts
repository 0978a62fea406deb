import { MachineMark } from "../../contract/facts.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";
import { jsonOf } from "../../core/inventory/numbers.ts";
import type { StepContext } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";

/** Where Slipway says on a machine what it is for. */
export const markPath = "/etc/slipway/machine.json";

/** Slipway's own folder on a machine; only root may look into it. */
export const stateFolder = "/var/lib/slipway";

/** The mark on the machine, or undefined when there is none. One that cannot be understood counts as another cluster's. */
export const readMark = async ({
  machine,
  target,
  ports,
  signal,
}: Pick<StepContext<Record<string, never>>, "machine" | "target" | "ports" | "signal">): Promise<
  MachineMark | undefined
> => {
  const content = await ports.remote.readFile(theMachine({ machine, target }), markPath, signal);
  if (content === undefined) return undefined;
  return MachineMark.safeParse(jsonOf(content)).data ?? { cluster: "?", machine: "?", member: false };
};

/** @throws MACHINE_BELONGS_TO_ANOTHER unless the mark is absent or names this very machine of this very cluster. */
export const assertOurs = (
  mark: MachineMark | undefined,
  { machine, cluster }: { machine: MachineSpec; cluster: { readonly name: string } },
): void => {
  if (mark === undefined || (mark.cluster === cluster.name && mark.machine === machine.name)) return;
  throw SlipwayError.of(
    "MACHINE_BELONGS_TO_ANOTHER",
    { machine: machine.name, otherMachine: mark.machine, otherCluster: mark.cluster },
    { machine: machine.name },
  );
};
