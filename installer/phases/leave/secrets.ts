import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import type { Secrets } from "../../core/ports/index.ts";
import { leaveReset } from "./reset.ts";

/** Secrets of one cluster in the store. */
const secretsOf = async (secrets: Secrets, cluster: string): Promise<string[]> =>
  (await secrets.list()).map(({ name }) => name).filter((name) => name.startsWith(`cluster.${cluster}.`));

/** Removes the keys, tokens and the kubeconfig of a cluster that is no more. */
export const leaveSecrets = definePhase({
  id: "leave.secrets",
  title: text("Remove the cluster's keys and tokens", "删除集群的密钥与令牌"),
  needs: { machines: everyMachine(leaveReset) },
  output: z.object({ removed: z.array(z.string()) }),
  effect: "destroys",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe({ ports, cluster }) {
    const names = await secretsOf(ports.secrets, cluster.name);
    if (names.length === 0) return { state: "satisfied", output: { removed: [] } };
    return {
      state: "needed",
      why: text("the secrets store holds them", "机密存储中仍有这些内容"),
      loss: text(names.join(", "), names.join("、")),
    };
  },
  async apply({ ports, cluster }) {
    const removed = await secretsOf(ports.secrets, cluster.name);
    for (const name of removed) await ports.secrets.remove(name);
    return { removed };
  },
});
