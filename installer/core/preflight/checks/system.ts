import type { MachineFacts } from "../../../contract/facts.ts";
import type { ClusterSpec } from "../../../contract/spec/cluster.ts";
import { text } from "../../contract.ts";
import { fine, problem, type MachineCheck } from "../check.ts";
import { rolePorts, testedSystems } from "../limits.ts";

/** True when the Kubernetes on the machine is the one this spec describes: then its ports and folders are in use rightly. */
const servesThisCluster = (facts: MachineFacts, cluster: ClusterSpec): boolean =>
  facts.slipway?.cluster === cluster.name && facts.slipway.member;

const operatingSystem: MachineCheck = {
  id: "operating-system",
  scope: "machine",
  title: text("Operating system is a tested one", "操作系统在已测试列表中"),
  severity: "warns",
  needs: ["os"],
  why: text(
    "Others are likely to work, but nobody has run the tests there.",
    "其他系统很可能也能用，但没有在其上运行过测试。",
  ),
  remedy: text(
    `Tested: ${testedSystems.map(({ name }) => name).join(", ")}. Try one machine first.`,
    `已测试：${testedSystems.map(({ name }) => name).join("、")}。请先用一台机器试行。`,
  ),
  run({ facts: { os } }) {
    const tested = testedSystems.some(
      ({ id, versions }) => id === os.id && versions.includes(os.versionId ?? ""),
    );
    const found = text(os.name, os.name);
    return tested ? fine(found) : problem(found);
  },
};

const ports: MachineCheck = {
  id: "ports-free",
  scope: "machine",
  title: text("Ports of Kubernetes are free", "Kubernetes 所需端口未被占用"),
  severity: "blocks",
  needs: ["listeners", "slipway"],
  why: text("A part whose port is taken does not start.", "端口被占用的组件无法启动。"),
  remedy: text("Stop the program named, or move it to another port.", "请停止所列程序，或将其改到其他端口。"),
  run({ facts, machine, cluster }) {
    if (servesThisCluster(facts, cluster)) return fine(text("in use by this cluster", "由本集群使用"));
    const wanted = machine.roles.flatMap((role) => rolePorts[role]);
    const taken = facts.listeners.filter(({ port, protocol }) =>
      wanted.some((entry) => entry.port === port && entry.protocol === protocol),
    );
    if (taken.length === 0) return fine(text("all free", "均未占用"));
    const seen = new Map(taken.map((listener) => [`${listener.port}/${listener.protocol}`, listener]));
    const told = [...seen].map(([port, { process, pid }]): [string, string] => {
      const user = wanted.find((entry) => `${entry.port}/${entry.protocol}` === port)?.user ?? "";
      const holder = process === null ? undefined : `${process} (${pid})`;
      return [
        `${port} for ${user}: held by ${holder ?? "an unknown process"}`,
        `${port}（${user}）：被 ${holder ?? "未知进程"} 占用`,
      ];
    });
    return problem(text(told.map(([en]) => en).join("; "), told.map(([, zh]) => zh).join("；")));
  },
};

const leftovers: MachineCheck = {
  id: "no-other-kubernetes",
  scope: "machine",
  title: text("No other Kubernetes on the machine", "机器上没有其他 Kubernetes"),
  severity: "blocks",
  needs: ["leftovers", "slipway"],
  why: text(
    "Old certificates, etcd data and firewall chains make a new cluster fail in ways that look like anything else.",
    "旧的证书、etcd 数据和防火墙链会让新集群以各种难以辨认的方式失败。",
  ),
  remedy: text(
    "Make sure that nobody needs it, then remove it with its own tool (`kubeadm reset`, `k3s-uninstall.sh`, ...) and delete the folders listed.",
    "请先确认无人使用，再用其自身的工具清除（`kubeadm reset`、`k3s-uninstall.sh` 等），并删除所列目录。",
  ),
  run({ facts, cluster }) {
    if (servesThisCluster(facts, cluster)) return fine(text("a member of this cluster", "本集群的成员"));
    const harmful = facts.leftovers.filter(({ kind }) => kind !== "program");
    const list = (entries: typeof facts.leftovers, separator: string): string =>
      entries.map(({ what, product }) => `${what} (${product})`).join(separator);
    if (harmful.length > 0) return problem(text(list(facts.leftovers, ", "), list(facts.leftovers, "、")));
    return facts.leftovers.length > 0
      ? {
          level: "warning",
          found: text(
            `programs only: ${list(facts.leftovers, ", ")}`,
            `仅有程序：${list(facts.leftovers, "、")}`,
          ),
        }
      : fine(text("none", "没有"));
  },
};

const ownCluster: MachineCheck = {
  id: "belongs-here",
  scope: "machine",
  title: text("Machine belongs to this cluster or to none", "机器属于本集群或未被使用"),
  severity: "blocks",
  needs: ["slipway"],
  why: text(
    "Another cluster may be running on it, managed by another appliance.",
    "它可能正由另一台设备管理，运行着另一个集群。",
  ),
  remedy: text(
    "Check the address. If the machine is free, forget it with the spec of its old cluster first.",
    "请核对地址。若该机器确已空闲，请先用原集群的规格文件清除标记。",
  ),
  run({ facts, cluster, machine }) {
    const mark = facts.slipway;
    if (mark === null) return fine(text("not marked yet", "尚无标记"));
    const found = text(
      `marked as ${mark.machine} of ${mark.cluster}`,
      `标记为集群 ${mark.cluster} 的 ${mark.machine}`,
    );
    return mark.cluster === cluster.name && mark.machine === machine.name ? fine(found) : problem(found);
  },
};

const ownName: MachineCheck = {
  id: "name-resolution",
  scope: "machine",
  title: text("localhost and the own hostname resolve", "localhost 与本机主机名可以解析"),
  severity: "blocks",
  needs: ["resolution", "identity"],
  why: text(
    "etcd and kubelet ask for both; a localhost that is not 127.0.0.1 makes health checks go elsewhere.",
    "etcd 和 kubelet 都会解析这两个名称；localhost 若不是 127.0.0.1，健康检查就会发往别处。",
  ),
  remedy: text(
    "Put `127.0.0.1 localhost` and a line with the machine's address and hostname into /etc/hosts.",
    "请在 /etc/hosts 中写入 `127.0.0.1 localhost`，以及本机地址与主机名的一行。",
  ),
  run({ facts: { resolution, identity } }) {
    const wrong: [string, string][] = [];
    const loopback = resolution.localhost.every((address) => address.startsWith("127.") || address === "::1");
    if (resolution.localhost.length === 0) wrong.push(["localhost does not resolve", "localhost 无法解析"]);
    else if (!loopback) {
      const addresses = resolution.localhost.join(", ");
      wrong.push([`localhost is ${addresses}`, `localhost 解析为 ${addresses}`]);
    }
    if (resolution.ownName.length === 0) {
      wrong.push([`${identity.hostname} does not resolve`, `${identity.hostname} 无法解析`]);
    }
    if (wrong.length > 0)
      return problem(text(wrong.map(([en]) => en).join("; "), wrong.map(([, zh]) => zh).join("；")));
    const found = `${identity.hostname}: ${resolution.ownName.join(", ")}`;
    return fine(text(found, found));
  },
};

const proxy: MachineCheck = {
  id: "no-proxy",
  scope: "machine",
  title: text("No proxy in the environment", "环境中没有代理设置"),
  severity: "warns",
  needs: ["proxies"],
  why: text(
    "kubeadm and containerd would send cluster traffic to the proxy, which cannot reach it.",
    "kubeadm 和 containerd 会把集群内部流量发往代理，而代理无法到达集群。",
  ),
  remedy: text(
    "Remove the setting, or add the machines', pods' and services' networks to no_proxy.",
    "请去掉该设置，或将机器、Pod 和 Service 网段加入 no_proxy。",
  ),
  run({ facts }) {
    const set = facts.proxies.filter(({ name }) => !/^no_proxy$/i.test(name));
    if (set.length === 0) return fine(text("none", "没有"));
    const told = [...new Set(set.map(({ source, name, value }) => `${source}: ${name}=${value}`))];
    return problem(text(told.join("; "), told.join("；")));
  },
};

const accessStates: Readonly<
  Record<MachineFacts["security"]["selinux"] | MachineFacts["security"]["apparmor"], string>
> = { enforcing: "强制", permissive: "宽容", enabled: "已启用", absent: "无" };

const accessControl: MachineCheck = {
  id: "access-control",
  scope: "machine",
  title: text("SELinux and AppArmor", "SELinux 与 AppArmor"),
  severity: "notes",
  needs: ["security"],
  why: text(
    "With SELinux enforcing, volumes need labels; with AppArmor, pods can be confined by profile.",
    "SELinux 处于强制模式时卷需要标签；有 AppArmor 时可以按策略限制 Pod。",
  ),
  remedy: text(
    "Nothing to do. On SELinux systems install container-selinux.",
    "无需处理。SELinux 系统请安装 container-selinux。",
  ),
  run({ facts: { security } }) {
    const found = text(
      `SELinux ${security.selinux}, AppArmor ${security.apparmor}`,
      `SELinux：${accessStates[security.selinux]}，AppArmor：${accessStates[security.apparmor]}`,
    );
    return security.selinux === "enforcing" ? problem(found) : fine(found);
  },
};

const timeZone: MachineCheck = {
  id: "time-zone",
  scope: "machine",
  title: text("Time zone", "时区"),
  severity: "notes",
  needs: ["time"],
  why: text(
    "Logs of machines in different zones are hard to read side by side. Kubernetes itself does not mind.",
    "时区不同的机器，日志难以对照阅读；对 Kubernetes 本身没有影响。",
  ),
  remedy: text(
    "`timedatectl set-timezone` sets one for all, if you wish.",
    "如有需要，可用 `timedatectl set-timezone` 统一时区。",
  ),
  run({ facts }) {
    const zone = facts.time.timeZone;
    return zone === null ? problem(text("not set", "未设置")) : fine(text(zone, zone));
  },
};

const timeSource: MachineCheck = {
  id: "time-source",
  scope: "machine",
  title: text("Something keeps the clock", "时钟有同步来源"),
  severity: "notes",
  needs: ["time"],
  why: text(
    "Clocks that agree today drift apart: seconds a week are usual.",
    "今天一致的时钟会逐渐漂移，每周相差数秒很常见。",
  ),
  remedy: text(
    "Nothing to do: the appliance offers itself as time source when it makes the cluster.",
    "无需处理：创建集群时本设备会作为时间源。",
  ),
  run({ facts: { time } }) {
    const service = time.service ?? "none";
    const found = text(
      `${service}, ${time.synchronised === true ? `synchronised${time.source === null ? "" : ` to ${time.source}`}` : "not synchronised"}`,
      `${time.service ?? "无"}，${time.synchronised === true ? `已同步${time.source === null ? "" : `到 ${time.source}`}` : "未同步"}`,
    );
    return time.synchronised === true ? fine(found) : problem(found);
  },
};

const inotify: MachineCheck = {
  id: "inotify-instances",
  scope: "machine",
  title: text("inotify instances", "inotify 实例数"),
  severity: "notes",
  needs: ["kernel"],
  why: text(
    "Every container runtime, systemd and log collector takes some; 128 run out on a busy machine.",
    "容器运行时、systemd、日志采集都会占用；繁忙的机器上 128 个很快用完。",
  ),
  remedy: text(
    "Slipway raises fs.inotify.max_user_instances to 8192 when it prepares a node.",
    "Slipway 在准备节点时会将 fs.inotify.max_user_instances 提高到 8192。",
  ),
  run({ facts }) {
    const limit = Number(facts.kernel.sysctls["fs.inotify.max_user_instances"] ?? Number.NaN);
    const found = text(String(limit), String(limit));
    return limit < 512 ? problem(found) : fine(found);
  },
};

/** Checks of the installed system. */
export const systemChecks: readonly MachineCheck[] = [
  operatingSystem,
  ownCluster,
  leftovers,
  ports,
  ownName,
  proxy,
  accessControl,
  timeZone,
  timeSource,
  inotify,
];
