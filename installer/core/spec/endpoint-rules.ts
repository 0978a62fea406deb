import { text } from "../../contract/text.ts";
import type { Draft } from "./draft.ts";
import type { Finding, Rule } from "./rule.ts";

/** Control planes of the draft; undefined while some machine's roles cannot be read. */
const controlPlanesIn = ({ machines }: Draft): number | undefined =>
  machines.some(({ roles }) => roles === undefined)
    ? undefined
    : machines.filter(({ roles }) => roles?.includes("control-plane")).length;

function* aControlPlane(draft: Draft): Iterable<Finding> {
  if (draft.machines.length === 0 || controlPlanesIn(draft) !== 0) return;
  yield {
    path: ["machines"],
    found: `${draft.machines.length} x worker`,
    allowed: text("at least one machine with the role control-plane", "至少一台机器的角色为 control-plane"),
    message: text("no machine serves as control plane", "没有机器担任控制平面"),
  };
}

function* anEndpointForSeveral(draft: Draft): Iterable<Finding> {
  const count = controlPlanesIn(draft) ?? 0;
  if (count < 2 || draft.virtualIp !== undefined || draft.loadBalancer !== undefined) return;
  yield {
    path: ["endpoint"],
    found: "-",
    allowed: text(
      "virtualIp (a free address of their subnet) or loadBalancer (one that exists already)",
      "virtualIp（其子网中的空闲地址）或 loadBalancer（已有的负载均衡）",
    ),
    message: text(
      `${count} control planes need one address in common: with that of one machine the cluster would die with it`,
      `${count} 台控制平面需要一个共同的入口地址：若用其中一台的地址，它故障时整个集群将不可用`,
    ),
  };
}

function* oneEndpoint({ virtualIp, loadBalancer }: Draft): Iterable<Finding> {
  if (virtualIp === undefined || loadBalancer === undefined) return;
  yield {
    path: ["endpoint", "loadBalancer"],
    found: loadBalancer,
    allowed: text("either virtualIp or loadBalancer", "virtualIp 和 loadBalancer 二者之一"),
    message: text("both are given, and the API has one endpoint", "两者都已填写，而 API 只有一个入口"),
  };
}

function* virtualIpOfItsOwn({ machines, virtualIp }: Draft): Iterable<Finding> {
  if (virtualIp === undefined) return;
  for (const [index, machine] of machines.entries()) {
    if (machine.address !== virtualIp && machine.nodeIp !== virtualIp) continue;
    yield {
      path: ["endpoint", "virtualIp"],
      found: virtualIp,
      allowed: text("an address that no machine has", "任何机器都没有使用的地址"),
      message: text(
        `is the address of machines[${index}] (${machine.name ?? "?"})`,
        `是 machines[${index}]（${machine.name ?? "?"}）的地址`,
      ),
    };
  }
}

function* oddControlPlanes(draft: Draft): Iterable<Finding> {
  const count = controlPlanesIn(draft) ?? 0;
  if (count === 0 || count % 2 === 1) return;
  const survives = Math.floor((count - 1) / 2);
  yield {
    level: "warning",
    path: ["machines"],
    found: `${count} x control-plane`,
    allowed: text("1, 3 or 5 control planes", "1、3 或 5 台控制平面"),
    message: text(
      `${count} control planes survive the loss of ${survives}, as ${count - 1} do: the last one adds only a machine that can fail`,
      `${count} 台控制平面只能承受 ${survives} 台故障，与 ${count - 1} 台相同：多出的一台只是多了一个故障点`,
    ),
  };
}

function* uniqueNodeAddresses({ machines }: Draft): Iterable<Finding> {
  for (const [index, { nodeIp }] of machines.entries()) {
    if (nodeIp === undefined) continue;
    const other = machines.findIndex(
      (machine, at) => at !== index && (machine.nodeIp ?? machine.address) === nodeIp,
    );
    if (other === -1 || (other > index && machines[other]?.nodeIp === nodeIp)) continue;
    yield {
      path: ["machines", index, "nodeIp"],
      found: nodeIp,
      allowed: text("an address no other machine has", "与其他机器不同的地址"),
      message: text(`machines[${other}] has this address already`, `machines[${other}] 已使用该地址`),
    };
  }
}

/** Rules about control planes and where the API answers. */
export const endpointRules: readonly Rule[] = [
  aControlPlane,
  anEndpointForSeveral,
  oneEndpoint,
  virtualIpOfItsOwn,
  uniqueNodeAddresses,
  oddControlPlanes,
];
