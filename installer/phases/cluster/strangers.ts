import * as z from "zod";
import { text } from "../../contract/text.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { departingNames } from "../leave/targets.ts";
import { kubectlJson } from "./api.ts";
import { askedMachine } from "./founder.ts";

interface NodeList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/**
 * Tells of nodes that neither the spec names nor anybody asked to remove, such as those that another appliance added.
 * They are left alone: who made them may need them.
 */
export const strangers = definePhase({
  id: "cluster.strangers",
  title: text("Look for nodes that the spec does not name", "查找规格中未列出的节点"),
  needs: { api: everyMachine(initControlPlane) },
  output: z.object({ nodes: z.array(z.string()).describe("Nodes of the API that the spec does not name") }),
  effect: "reads",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { cluster, from, parameters, say } = context;
    const { items } = await kubectlJson<NodeList>(context, askedMachine(cluster, from.api), ["get", "nodes"]);
    const known = new Set([...cluster.machines.map(({ name }) => name), ...departingNames(parameters)]);
    const nodes = items.map(({ metadata }) => metadata.name).filter((name) => !known.has(name));
    if (nodes.length > 0) {
      const names = nodes.join(", ");
      say(
        text(
          `warning: nodes that the spec does not name, left alone: ${names}. Name them in the spec to look after them; to remove one, name it, apply, then run \`slipway cluster remove\``,
          `警告：以下节点不在规格中，未做任何处理：${names}。如需管理，请写入规格；如需移除，请先写入规格并执行 apply，再运行 \`slipway cluster remove\``,
        ),
      );
    }
    return { state: "satisfied", output: { nodes } };
  },
});
