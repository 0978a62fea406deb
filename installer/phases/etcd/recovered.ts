import * as z from "zod";
import { text } from "../../contract/text.ts";
import { survivorsOf } from "../../core/cluster/etcd-restore.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { kubectlJson } from "../cluster/api.ts";
import { start } from "./start.ts";

interface Listed {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly renewTime?: string };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** A restored node looks as it did when the snapshot was taken: only a lease renewed since says that its kubelet is there. */
const backSince = ({ items }: Listed, name: string, since: number): boolean => {
  const of = (kind: string) => items.find((item) => item.kind === kind && item.metadata.name === name);
  const renewed = Date.parse(of("Lease")?.spec?.renewTime ?? "");
  const ready = of("Node")?.status?.conditions?.find(({ type }) => type === "Ready");
  return renewed >= since && ready?.status === "True";
};

/** Waits until every machine that is left reports to the restored API and is Ready. */
export const recovered = definePhase({
  id: "etcd.recovered",
  title: text("Wait until the machines are back", "等待机器恢复"),
  needs: { started: everyMachine(start) },
  output: z.object({ nodes: z.array(z.string()) }),
  effect: "reads",
  timeoutMs: 10 * 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { cluster, parameters, ports, signal, waiting } = context;
    const [on] = survivorsOf(cluster, parameters.dead);
    if (on === undefined) throw new Error("a restore without a control plane");
    const since = ports.clock.now();
    const { items } = await kubectlJson<Listed>(context, on, ["get", "nodes"]);
    // Machines that had joined when the snapshot was taken; those of later must join again.
    const known = new Set(items.map(({ metadata }) => metadata.name));
    const nodes = cluster.machines
      .map(({ name }) => name)
      .filter((name) => known.has(name) && parameters.dead?.includes(name) !== true);
    for (;;) {
      const listed = await kubectlJson<Listed>(context, on, [
        "get",
        "nodes,leases.coordination.k8s.io",
        "--namespace",
        "kube-node-lease",
      ]);
      const missing = nodes.filter((name) => !backSince(listed, name, since));
      if (missing.length === 0) return { state: "satisfied", output: { nodes } };
      waiting(text(`${missing.join(", ")} to report`, `${missing.join("、")} 上报状态`));
      await ports.clock.sleep(500, signal);
    }
  },
});
