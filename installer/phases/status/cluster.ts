import * as z from "zod";
import { NodeState, TroubledPod } from "../../contract/cluster-status.ts";
import { text } from "../../contract/text.ts";
import { podColumns, countPods } from "../../core/cluster/pod-lines.ts";
import { nodeStateOf } from "../../core/cluster/node-state.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase } from "../../core/phase.ts";
import { kubectl } from "../cluster/api.ts";
import { allNodes, answering } from "../node/ask.ts";

/** What the API says of the cluster. */
export const ClusterView = z.object({
  asked: z.string().describe("Control plane that answered"),
  nodes: z.record(z.string(), NodeState),
  pods: z.object({ total: z.number(), running: z.number(), troubled: z.array(TroubledPod) }),
});

/** An API server that cannot reach etcd lets every request run into its time limit: 10 seconds show that too. */
const REQUEST_LIMIT = "--request-timeout=10s";

/** Asks the API of whichever control plane is ready first. */
export const statusCluster = definePhase({
  id: "status.cluster",
  title: text("Ask the API about nodes and pods", "向 API 查询节点与 Pod"),
  needs: {},
  output: ClusterView,
  effect: "reads",
  timeoutMs: 30_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const on = await answering(context);
    const [nodes, pods] = await Promise.all([
      allNodes(context, on),
      kubectl(context, on, {
        args: ["get", "pods", "--all-namespaces", "--no-headers", REQUEST_LIMIT, "--output", podColumns],
      }),
    ]);
    const { total, running, troubled } = countPods(pods.stdout);
    return {
      state: "satisfied",
      output: {
        asked: on.name,
        nodes: Object.fromEntries(nodes.map((node) => [node.metadata.name, nodeStateOf(node)])),
        pods: { total, running, troubled: [...troubled] },
      },
    };
  },
});
