import type { Machine } from "../contract/api/machines.ts";
import { MachineFacts } from "../contract/facts.ts";
import { SlipwayError } from "../core/contract.ts";
import type { Journal } from "../core/ports/index.ts";

/** What is known about machines, from the journal alone: nothing is asked over the network. */
export interface MachinesService {
  /** By cluster, then in the order of the latest spec. */
  list(filter?: { readonly cluster?: string }): Promise<readonly Machine[]>;
  /** Rejects with MACHINE_UNKNOWN. A name used in several clusters needs `cluster`, else the latest one is meant. */
  show(name: string, cluster?: string): Promise<Machine>;
}

/** `factsPhase` is the id of the phase whose output is a machine's facts. */
export const createMachines = (journal: Journal, factsPhase: string): MachinesService => {
  const list = async (filter: { readonly cluster?: string } = {}): Promise<readonly Machine[]> => {
    const found: Machine[] = [];
    const clusters = new Set<string>();
    for (const operation of await journal.operations(filter)) {
      const { name: cluster, machines } = operation.cluster;
      if (clusters.has(cluster)) continue;
      clusters.add(cluster);
      const outputs = await journal.latestOutputs(cluster, factsPhase);
      for (const { name, address, roles } of machines) {
        const seen = outputs.get(name);
        const facts = MachineFacts.safeParse(seen?.output);
        found.push({
          cluster,
          name,
          address,
          roles,
          operation: operation.id,
          ...(seen !== undefined && facts.success ? { facts: facts.data, factsAt: seen.at } : {}),
        });
      }
    }
    return found;
  };
  return {
    list,
    async show(name, cluster) {
      const machine = (await list(cluster === undefined ? {} : { cluster })).find((one) => one.name === name);
      if (machine === undefined) throw SlipwayError.of("MACHINE_UNKNOWN", { machine: name });
      return machine;
    },
  };
};
