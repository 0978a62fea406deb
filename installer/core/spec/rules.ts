import { text } from "../../contract/text.ts";
import { overlaps, parseBlock } from "../net/ipv4.ts";
import { contentRules } from "./content-rules.ts";
import type { Draft } from "./draft.ts";
import { endpointRules } from "./endpoint-rules.ts";
import { metalRules } from "./metal-rules.ts";
import { unknownName, type Finding, type Known, type Rule } from "./rule.ts";
import type { Path } from "./source.ts";

function* uniqueNames({ machines }: Draft): Iterable<Finding> {
  for (const [index, { value, first }] of repeats(machines.map((machine) => machine.name))) {
    yield {
      path: ["machines", index, "name"],
      found: value,
      allowed: text("a name no other machine has", "与其他机器不同的名称"),
      message: text(`machines[${first}] has this name already`, `machines[${first}] 已使用该名称`),
    };
  }
}

function* uniqueAddresses({ machines }: Draft): Iterable<Finding> {
  for (const [index, { value, first }] of repeats(machines.map((machine) => machine.address))) {
    yield {
      path: ["machines", index, "address"],
      found: value,
      allowed: text("an address no other machine has", "与其他机器不同的地址"),
      message: text(`machines[${first}] has this address already`, `machines[${first}] 已使用该地址`),
    };
  }
}

function* networksOfAUsableSize({ services, pods }: Draft): Iterable<Finding> {
  const service = parseBlock(services ?? "");
  if (service !== undefined && (service.prefix < 12 || service.prefix > 28)) {
    yield {
      path: ["network", "services"],
      found: services ?? "",
      allowed: text("a network from /12 to /28", "/12 至 /28 的网段"),
      message: text(
        "the API server takes no larger one, and a smaller one has no room",
        "API 服务不接受更大的网段，更小的则容量不足",
      ),
    };
  }
  const pod = parseBlock(pods ?? "");
  if (pod !== undefined && pod.prefix > 24) {
    yield {
      path: ["network", "pods"],
      found: pods ?? "",
      allowed: text("a network of /24 or larger", "/24 或更大的网段"),
      message: text("every node takes a /24 of it", "每个节点要占用其中一个 /24"),
    };
  }
}

function* networksApart({ pods, services }: Draft): Iterable<Finding> {
  const [podRange, serviceRange] = [parseBlock(pods ?? ""), parseBlock(services ?? "")];
  if (podRange === undefined || serviceRange === undefined || !overlaps(podRange, serviceRange)) return;
  yield {
    path: ["network", "services"],
    found: services ?? "",
    allowed: text("a range apart from network.pods", "与 network.pods 不重叠的网段"),
    message: text(`overlaps the pod network ${pods}`, `与 Pod 网段 ${pods} 重叠`),
  };
}

function* addressesOutsideClusterNetworks(draft: Draft): Iterable<Finding> {
  const ranges = [
    { name: "network.pods", cidr: draft.pods },
    { name: "network.services", cidr: draft.services },
  ];
  const places: { path: Path; address: string | undefined }[] = [
    { path: ["endpoint", "virtualIp"], address: draft.virtualIp },
    { path: ["endpoint", "loadBalancer"], address: draft.loadBalancer },
    ...draft.machines.flatMap(({ address, nodeIp }, index) => [
      { path: ["machines", index, "address"], address },
      { path: ["machines", index, "nodeIp"], address: nodeIp },
    ]),
  ];
  for (const { path, address } of places) {
    const own = parseBlock(`${address ?? ""}/32`);
    if (own === undefined || address === undefined) continue;
    for (const { name, cidr } of ranges) {
      const range = parseBlock(cidr ?? "");
      if (range === undefined || !overlaps(own, range)) continue;
      yield {
        path,
        found: address,
        allowed: text(`an address outside ${cidr}`, `${cidr} 之外的地址`),
        message: text(`lies inside ${name} (${cidr})`, `落在 ${name}（${cidr}）之内`),
      };
    }
  }
}

function* sudoHasAPassword({ machines, ssh }: Draft): Iterable<Finding> {
  const places = [
    { path: ["ssh", "sudo"] as Path, access: ssh, own: ssh },
    ...machines.map((machine, index) => ({
      path: ["machines", index, "ssh", "sudo"] as Path,
      access: { ...ssh, ...machine.ssh },
      own: machine.ssh,
    })),
  ];
  for (const { path, access, own } of places) {
    if (
      own["sudo"] !== "password" ||
      access["sudoPassword"] !== undefined ||
      access["password"] !== undefined
    ) {
      continue;
    }
    yield {
      path,
      found: "password",
      allowed: text(
        "password together with sudoPassword or password",
        "password，并给出 sudoPassword 或 password",
      ),
      message: text("sudo asks for a password, and none is given", "sudo 需要密码，但没有给出"),
    };
  }
}

function* waiversNameChecks({ waivers }: Draft, { checks }: Known): Iterable<Finding> {
  if (checks === undefined) return;
  for (const [index, { check }] of waivers.entries()) {
    if (check === undefined || checks.includes(check)) continue;
    yield {
      path: ["preflight", "waive", index, "check"],
      found: check,
      allowed: text("an id printed by `slipway preflight checks`", "`slipway preflight checks` 列出的编号"),
      message: unknownName(text("there is no such check", "没有这项检查"), check, checks),
    };
  }
}

function* waiversNameMachines({ waivers, machines }: Draft): Iterable<Finding> {
  const names = machines.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const [index, waiver] of waivers.entries()) {
    for (const [position, name] of waiver.machines.entries()) {
      if (name === undefined || names.includes(name)) continue;
      yield {
        path: ["preflight", "waive", index, "machines", position],
        found: name,
        allowed: text("the name of a machine of this spec", "本规格中某台机器的名称"),
        message: unknownName(text("there is no such machine", "没有这台机器"), name, names),
      };
    }
  }
}

/** All cross-field rules, in the order in which a reader would check them. */
export const rules: readonly Rule[] = [
  uniqueNames,
  uniqueAddresses,
  sudoHasAPassword,
  ...endpointRules,
  networksOfAUsableSize,
  networksApart,
  addressesOutsideClusterNetworks,
  waiversNameChecks,
  ...metalRules,
  ...contentRules,
  waiversNameMachines,
];

function* repeats(
  values: readonly (string | undefined)[],
): Iterable<[number, { value: string; first: number }]> {
  const seen = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const first = seen.get(value);
    if (first === undefined) seen.set(value, index);
    else yield [index, { value, first }];
  }
}
