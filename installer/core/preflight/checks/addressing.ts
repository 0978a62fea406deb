import type { MachineFacts } from "../../../contract/facts.ts";
import type { MachineSpec } from "../../../contract/spec/cluster.ts";
import { controlPlanesOf, nodeAddress } from "../../cluster/endpoint.ts";
import { text } from "../../contract.ts";
import { contains, formatBlock, parseAddress, parseBlock, type Block } from "../../net/ipv4.ts";
import { problem, type Finding, type SiteCheck } from "../check.ts";

/** The subnet on the interface that holds an address; undefined when none does. */
const subnetOf = (facts: MachineFacts | undefined, wanted: string): Block | undefined => {
  const entry = facts?.interfaces
    .flatMap(({ addresses }) => addresses)
    .find(({ family, address }) => family === "inet" && address === wanted);
  return entry === undefined ? undefined : parseBlock(`${entry.address}/${entry.prefix}`);
};

/** The subnets on one interface by name. */
const subnetsOn = (facts: MachineFacts | undefined, name: string): readonly Block[] =>
  (facts?.interfaces ?? [])
    .filter((device) => device.name === name)
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === "inet")
    .map(({ address, prefix }) => parseBlock(`${address}/${prefix}`))
    .filter((block) => block !== undefined);

const virtualIpSubnet: SiteCheck = {
  id: "virtual-ip-subnet",
  scope: "site",
  title: text("Virtual address lies in the control planes' subnet", "虚拟地址位于控制平面所在子网"),
  severity: "blocks",
  needs: ["interfaces"],
  why: text(
    "Nobody finds an address by ARP that does not belong to the subnet: the API would answer nowhere.",
    "不属于本子网的地址无法通过 ARP 找到：API 将无处可访问。",
  ),
  remedy: text(
    "Set endpoint.virtualIp to a free address of the subnet shown, or use endpoint.loadBalancer when the control planes are in different subnets.",
    "请将 endpoint.virtualIp 设为所示子网中的空闲地址；控制平面位于不同子网时，请改用 endpoint.loadBalancer。",
  ),
  passed: text("in their subnet, or none", "位于其子网，或未设置"),
  run({ cluster, facts }) {
    const { virtualIp, interface: shared } = cluster.endpoint;
    const wanted = parseAddress(virtualIp ?? "");
    if (wanted === undefined) return [];
    return controlPlanesOf(cluster).flatMap((machine: MachineSpec): Finding[] => {
      const device = machine.interface ?? shared;
      const known = facts.get(machine.name);
      const own = subnetOf(known, machine.address);
      const subnets = device === undefined ? (own === undefined ? [] : [own]) : subnetsOn(known, device);
      if (subnets.length === 0 || subnets.some((block) => contains(block, wanted))) return [];
      const names = subnets.map(formatBlock).join(", ");
      return [
        problem(
          text(
            `endpoint.virtualIp ${virtualIp} is outside ${names}`,
            `endpoint.virtualIp ${virtualIp} 不在 ${names} 之内`,
          ),
          machine.name,
        ),
      ];
    });
  },
};

const hostGatewaySubnet: SiteCheck = {
  id: "host-gw-subnet",
  scope: "site",
  title: text("Machines share one subnet where host-gw needs it", "使用 host-gw 时各机器位于同一子网"),
  severity: "blocks",
  needs: ["interfaces"],
  why: text(
    "host-gw sends packets of pods straight to the other machine: across a router they are lost.",
    "host-gw 将 Pod 的数据包直接发往对方机器：经过路由器就会丢失。",
  ),
  remedy: text("Set network.flannel.backend to vxlan.", "请将 network.flannel.backend 设为 vxlan。"),
  passed: text("one subnet, or not needed", "同一子网，或不需要"),
  run({ cluster, facts }) {
    if (cluster.network.flannel.backend !== "host-gw") return [];
    const [first, ...others] = cluster.machines;
    const subnet = first && subnetOf(facts.get(first.name), nodeAddress(first));
    if (subnet === undefined) return [];
    return others.flatMap((machine) => {
      const address = nodeAddress(machine);
      const number = parseAddress(address);
      return number === undefined || contains(subnet, number)
        ? []
        : [
            problem(
              text(
                `${address} is outside ${formatBlock(subnet)}`,
                `${address} 不在 ${formatBlock(subnet)} 之内`,
              ),
              machine.name,
            ),
          ];
    });
  },
};

/** Checks of addresses that must share a subnet. */
export const addressingChecks: readonly SiteCheck[] = [virtualIpSubnet, hostGatewaySubnet];
