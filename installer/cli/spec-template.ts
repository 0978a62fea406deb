import type { Localized } from "../contract/text.ts";
import { text } from "../contract/text.ts";
import type { Language } from "../contract/text.ts";

/** What a new spec is made of. */
export interface SpecParts {
  readonly name: string;
  readonly machines: readonly { readonly name?: string; readonly address: string }[];
  /** How many of the machines, from the first on, serve as control plane. */
  readonly controlPlanes: number;
  readonly virtualIp: string | undefined;
  readonly loadBalancer: string | undefined;
  readonly user: string;
  readonly privateKey: string | undefined;
  /** A bundle of the store; undefined when it is empty. */
  readonly bundle: { readonly reference: string; readonly kubernetes: string | undefined } | undefined;
}

/** Name of the JSON schema beside a spec, for editors: a site has no other place to get it from. */
export const SCHEMA_FILE = "cluster.schema.json";

const head = text(
  `Cluster spec. Every field that has a default may be left out; an editor that knows YAML schemas explains
each one. Check it:  slipway spec validate {file}
See what it does:   slipway cluster plan -f {file}
Do it:              slipway cluster apply -f {file}`,
  `集群规格。有默认值的字段都可以省略；支持 YAML schema 的编辑器会显示每个字段的说明。
检查：    slipway spec validate {file}
查看计划：slipway cluster plan -f {file}
执行：    slipway cluster apply -f {file}`,
);
const bundleNote = text(
  "What the cluster is made from: `slipway bundle list` shows the bundles of this appliance.",
  "集群所用的软件包：`slipway bundle list` 列出本设备上的软件包。",
);
const noBundle = text(
  "This appliance has no bundle yet: `slipway bundle import <file>` brings one in.",
  "本设备上还没有软件包：用 `slipway bundle import <文件>` 导入。",
);
const sshNote = text(
  "How to log in. Secrets are kept by name (`slipway secret set site.key < ~/.ssh/id_ed25519`) or in a file of\nthis appliance; never write a value here. For another user than root set sudo: passwordless or password.",
  "如何登录。机密按名称保存（`slipway secret set site.key < ~/.ssh/id_ed25519`）或放在本设备的文件中，\n切勿在此直接写值。若不以 root 登录，请将 sudo 设为 passwordless 或 password。",
);
const endpointNote = text(
  "Where the API answers. A virtual address must be free and in the control planes' own subnet.",
  "API 的访问入口。虚拟地址必须空闲，且位于控制平面所在的子网。",
);
const noEndpoint = text(
  "One control plane answers at its own address. For three, give a free address of their subnet here\n(virtualIp), or an existing load balancer (loadBalancer), and more machines the role control-plane.",
  "单个控制平面用自己的地址提供 API。若要三个，请在此填写其子网中的空闲地址（virtualIp）\n或已有的负载均衡（loadBalancer），并将更多机器的角色设为 control-plane。",
);
const machinesNote = text(
  "Roles: control-plane, worker, or both. Control planes should be 1, 3 or 5. A machine without a name is called\nnode- and its address.",
  "角色：control-plane、worker，或两者兼有。控制平面应为 1、3 或 5 台。未命名的机器以 node- 加地址命名。",
);
const networkNote = text(
  "Networks inside the cluster. They must not overlap with anything the machines reach, and cannot be changed later.",
  "集群内部网络。不能与机器可访问的任何网络重叠，且以后不能更改。",
);
const timeNote = text(
  "Time servers of the site; without any, this appliance serves the time.",
  "现场的时间服务器；不填则由本设备提供时间。",
);
const waiveNote = text(
  "Checks to live with, each with a reason: `slipway preflight checks` lists them.",
  "放行的检查项，须写明理由：`slipway preflight checks` 列出全部检查项。",
);

/** A commented spec. It validates as it stands; what is only offered is commented out. */
export const specText = (
  parts: SpecParts,
  { file, language }: { file: string; language: Language },
): string => {
  const note = (words: Localized): string =>
    words[language]
      .replaceAll("{file}", file)
      .split("\n")
      .map((line) => `# ${line}\n`)
      .join("");
  const { name, bundle, user, privateKey, virtualIp, loadBalancer, machines, controlPlanes } = parts;
  const endpoint =
    virtualIp !== undefined
      ? `${note(endpointNote)}endpoint:\n  virtualIp: ${virtualIp}\n`
      : loadBalancer !== undefined
        ? `${note(endpointNote)}endpoint:\n  loadBalancer: ${loadBalancer}\n`
        : `${note(noEndpoint)}# endpoint:\n#   virtualIp: 10.0.0.10\n`;
  const rows = machines.map((machine, index) => {
    const first = machine.name === undefined ? "" : `name: ${machine.name}\n    `;
    return `  - ${first}address: ${machine.address}\n    roles: [${index < controlPlanes ? "control-plane" : "worker"}]\n`;
  });
  const kubernetes = bundle?.kubernetes === undefined ? "" : `kubernetes:\n  version: ${bundle.kubernetes}\n`;
  return [
    `# yaml-language-server: $schema=${SCHEMA_FILE}\n${note(head)}apiVersion: slipway/v1\nkind: Cluster\nname: ${name}\n`,
    `${note(bundleNote)}${bundle === undefined ? note(noBundle) : ""}bundle: "${bundle?.reference ?? "latest"}"\n${kubernetes}`,
    `${note(sshNote)}ssh:\n  user: ${user}\n${user === "root" ? "" : "  sudo: passwordless\n"}${
      privateKey === undefined ? `  # privateKey: secret:${name}.key\n` : `  privateKey: ${privateKey}\n`
    }`,
    endpoint,
    `${note(machinesNote)}machines:\n${rows.join("")}`,
    `${note(networkNote)}# network:\n#   pods: 10.244.0.0/16\n#   services: 10.96.0.0/16\n`,
    `${note(timeNote)}# time:\n#   servers: [10.0.0.1]\n`,
    `${note(waiveNote)}# preflight:\n#   waive:\n#     - check: etcd-disk-latency\n#       reason: ...\n`,
  ].join("\n");
};
