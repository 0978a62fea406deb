import { text } from "../../contract.ts";
import { fine, problem, warning, type MachineCheck } from "../check.ts";
import { firstMinorWithoutCgroupV1, oldestKernel } from "../limits.ts";

const kernelVersion: MachineCheck = {
  id: "kernel-version",
  scope: "machine",
  title: text("Kernel version", "内核版本"),
  severity: "blocks",
  needs: ["kernel"],
  why: text(
    "Kubernetes relies on kernel interfaces that older kernels lack.",
    "Kubernetes 依赖旧内核没有的接口。",
  ),
  remedy: text(
    `Install a kernel of ${oldestKernel.join(".")} or newer and restart.`,
    `请安装 ${oldestKernel.join(".")} 或更新的内核并重启。`,
  ),
  run({ facts }) {
    const [major = 0, minor = 0] = facts.kernel.release.split(/[.-]/).map(Number);
    const found = text(facts.kernel.release, facts.kernel.release);
    const [oldMajor, oldMinor] = oldestKernel;
    return major > oldMajor || (major === oldMajor && minor >= oldMinor) ? fine(found) : problem(found);
  },
};

/** One of each group must be there; what is only sometimes wanted is told in inventory, not checked. */
const required: readonly (readonly string[])[] = [
  ["overlay"],
  ["br_netfilter"],
  ["veth"],
  ["bridge"],
  ["vxlan"],
  ["nf_conntrack"],
  ["nf_tables", "ip_tables"],
  ["seccomp"],
  ["cgroup_pids"],
  ["memcg"],
];

const kernelFeatures: MachineCheck = {
  id: "kernel-features",
  scope: "machine",
  title: text("Kernel features for containers and their network", "容器及其网络所需的内核功能"),
  severity: "blocks",
  needs: ["kernel"],
  why: text(
    "Without them containers do not start, or start without a network.",
    "缺少这些功能，容器无法启动，或启动后没有网络。",
  ),
  remedy: text(
    "Install the distribution's full kernel with its modules (on Debian and Ubuntu the package linux-image-*, not a trimmed cloud kernel).",
    "请安装发行版的完整内核及其模块（Debian、Ubuntu 上为 linux-image-* 软件包，不要用裁剪过的云内核）。",
  ),
  run({ facts: { kernel } }) {
    const state = (group: readonly string[], wanted: string): boolean =>
      group.every((feature) => (kernel.features[feature] ?? "unknown") === wanted);
    const names = (groups: readonly (readonly string[])[]): string =>
      groups.map((group) => group.join(" / ")).join(", ");
    const absent = required.filter((group) => state(group, "absent"));
    if (absent.length > 0) return problem(text(`missing: ${names(absent)}`, `缺少：${names(absent)}`));
    const unknown = required.filter((group) => state(group, "unknown"));
    return unknown.length > 0
      ? warning(
          text(
            `could not be found out: ${names(unknown)} (no kernel configuration and no module folder to read)`,
            `无法确认：${names(unknown)}（读不到内核配置，也没有模块目录）`,
          ),
        )
      : fine(text("all there", "均已具备"));
  },
};

const cgroupVersion: MachineCheck = {
  id: "cgroup-version",
  scope: "machine",
  title: text(
    "Control group version against the Kubernetes version",
    "cgroup 版本与 Kubernetes 版本是否匹配",
  ),
  severity: "blocks",
  needs: ["cgroup"],
  why: text(
    `From Kubernetes 1.${firstMinorWithoutCgroupV1} on, kubelet does not start on cgroup v1 unless failCgroupV1 is false.`,
    `自 Kubernetes 1.${firstMinorWithoutCgroupV1} 起，除非将 failCgroupV1 设为 false，kubelet 不会在 cgroup v1 上启动。`,
  ),
  remedy: text(
    "Start the machine with systemd.unified_cgroup_hierarchy=1 on the kernel command line. To stay on v1 for now, waive this check: kubelet is then told to accept it.",
    "请在内核命令行加上 systemd.unified_cgroup_hierarchy=1 后重启。若暂时要留在 v1，请放行此检查：此时会让 kubelet 接受 v1。",
  ),
  run({ facts, cluster }) {
    const { version } = facts.cgroup;
    const minor = Number(cluster.kubernetes.version.split(".")[1]);
    const found = text(
      `cgroup ${version}, Kubernetes ${cluster.kubernetes.version}`,
      `cgroup ${version}，Kubernetes ${cluster.kubernetes.version}`,
    );
    if (version === "v2") return fine(found);
    if (version === "unknown")
      return warning(text("no control groups seen at /sys/fs/cgroup", "/sys/fs/cgroup 下未见 cgroup"));
    return minor >= firstMinorWithoutCgroupV1 ? problem(found) : warning(found);
  },
};

const privileges: MachineCheck = {
  id: "root-privileges",
  scope: "machine",
  title: text("What root may do", "root 的实际权限"),
  severity: "warns",
  needs: ["privileges"],
  why: text(
    "Where root may not lower oom_score_adj, every pod fails with \"can't get final child's PID from pipe\" unless containerd is told.",
    "如果 root 不能调低 oom_score_adj，而 containerd 又未作相应配置，所有 Pod 都会以 “can't get final child's PID from pipe” 失败。",
  ),
  remedy: text(
    "Give the container or virtual machine CAP_SYS_RESOURCE. Otherwise Slipway sets restrict_oom_score_adj in containerd by itself.",
    "请为该容器或虚拟机授予 CAP_SYS_RESOURCE；否则 Slipway 会在 containerd 中自动设置 restrict_oom_score_adj。",
  ),
  run({ facts: { privileges: may } }) {
    const denied: [string, string][] = [];
    if (!may.lowerOomScore) denied.push(["lower oom_score_adj", "调低 oom_score_adj"]);
    if (!may.raiseOpenFiles) {
      denied.push([
        `raise the limit of open files above ${may.openFilesHard ?? "its limit"}`,
        `将打开文件数上限提高到 ${may.openFilesHard ?? "当前值"} 以上`,
      ]);
    }
    if (denied.length === 0) return fine(text("all that is needed", "满足需要"));
    return problem(
      text(
        `root cannot ${denied.map(([en]) => en).join(" nor ")}`,
        `root 不能${denied.map(([, zh]) => zh).join("，也不能")}`,
      ),
    );
  },
};

const swap: MachineCheck = {
  id: "swap",
  scope: "machine",
  title: text("Swap is off", "交换分区已关闭"),
  severity: "blocks",
  needs: ["swap"],
  why: text(
    "By default kubelet does not start while swap is on, and memory limits mean little with it.",
    "默认情况下开启 swap 时 kubelet 不会启动，内存限制也会形同虚设。",
  ),
  remedy: text(
    "Run `swapoff -a` and take the swap entries out of /etc/fstab and the systemd units.",
    "请执行 `swapoff -a`，并从 /etc/fstab 和 systemd 单元中去掉交换分区。",
  ),
  run({ facts }) {
    if (facts.swap.length === 0) return fine(text("off", "已关闭"));
    const areas = facts.swap.map(({ device }) => device).join(", ");
    return problem(text(`on: ${areas}`, `已开启：${areas}`));
  },
};

/** Checks of the kernel and what it lets root do. */
export const kernelChecks: readonly MachineCheck[] = [
  kernelVersion,
  kernelFeatures,
  cgroupVersion,
  swap,
  privileges,
];
