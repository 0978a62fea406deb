import { nearest } from "../../contract/nearest.ts";
import { text, type Localized } from "../../contract/text.ts";
import { overlaps, parseBlock } from "../net/ipv4.ts";
import type { Draft } from "./draft.ts";
import type { Path } from "./source.ts";

/** What a rule complains about, before its place in the text is looked up. */
export interface Finding {
  readonly path: Path;
  readonly found: string;
  readonly allowed: Localized;
  readonly message: Localized;
}

/** Names from outside the spec that it may refer to. What is not given is not checked. */
export interface Known {
  /** Ids of the preflight checks. */
  readonly checks?: readonly string[];
}

/** A condition over several fields. Pure; sees only what could be read. */
export type Rule = (draft: Draft, known: Known) => Iterable<Finding>;

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

function* addressesOutsideClusterNetworks({ machines, pods, services }: Draft): Iterable<Finding> {
  const ranges = [
    { name: "network.pods", cidr: pods },
    { name: "network.services", cidr: services },
  ];
  for (const [index, { address }] of machines.entries()) {
    const own = parseBlock(`${address ?? ""}/32`);
    if (own === undefined || address === undefined) continue;
    for (const { name, cidr } of ranges) {
      const range = parseBlock(cidr ?? "");
      if (range === undefined || !overlaps(own, range)) continue;
      yield {
        path: ["machines", index, "address"],
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
  networksApart,
  addressesOutsideClusterNetworks,
  waiversNameChecks,
  waiversNameMachines,
];

/** A complaint about a name, with the nearest right one when there is one. */
export const unknownName = (complaint: Localized, typed: string, known: Iterable<string>): Localized => {
  const near = nearest(typed, known);
  if (near === undefined) return complaint;
  return text(`${complaint.en}; did you mean "${near}"?`, `${complaint["zh-CN"]}；是否想写 "${near}"？`);
};

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
