import type { ClusterStatus, MachineStatus, StatusProblem } from "../../contract/cluster-status.ts";
import { renderError, type WireError } from "../../contract/errors/index.ts";
import { text, type Localized } from "../../contract/text.ts";

/** What problems are found in. */
export interface StatusFacts extends Pick<ClusterStatus, "machines" | "etcd" | "virtualIp" | "pods"> {
  readonly controlPlanes: readonly string[];
  /** Why no API answered, when none did. */
  readonly api: WireError | undefined;
  /** Nodes that the spec does not name. */
  readonly strangers: readonly string[];
  /** Version of Kubernetes by the spec. */
  readonly version: string;
}

const bad = (what: Localized, machine?: string): StatusProblem => ({
  severity: "bad",
  text: what,
  ...(machine === undefined ? {} : { machine }),
});

const warning = (what: Localized, machine?: string): StatusProblem => ({
  ...bad(what, machine),
  severity: "warning",
});

/** A clock that is further off than this makes certificates and etcd's log entries look wrong. */
const CLOCK_LIMIT_MS = 100;
/** etcd stops taking writes when its database is full: a warning has to come long before. */
const DATABASE_WARNS_AT = 0.8;
/** A cluster in trouble has many pods in trouble; the list of pods has them all. */
const PODS_NAMED = 5;

/** Out of service on purpose: what fails on it then is expected. */
const outOfService = ({ node }: MachineStatus): boolean =>
  node?.maintenance !== undefined || node?.outage !== undefined;

const errorOf = (error: WireError): Localized =>
  text(renderError(error, "en").title, renderError(error, "zh-CN").title);

const etcdProblems = (machine: MachineStatus): StatusProblem[] => {
  const { name, health } = machine;
  const etcd = health?.controlPlane?.etcd;
  if (etcd === undefined) return [];
  if (etcd === null) return [bad(text("etcd does not answer", "etcd 没有响应"), name)];
  const reason = etcd.reason === "" ? "" : `: ${etcd.reason}`;
  return [
    ...(etcd.healthy ? [] : [bad(text(`etcd is not healthy${reason}`, `etcd 不健康${reason}`), name)]),
    ...(etcd.learner
      ? [warning(text("etcd is still a learner without a vote", "etcd 仍是没有投票权的 learner"), name)]
      : []),
    ...etcd.alarms.map((alarm) => bad(text(`etcd raised the alarm ${alarm}`, `etcd 告警：${alarm}`), name)),
    ...(etcd.quotaBytes > 0 && etcd.dbBytes > etcd.quotaBytes * DATABASE_WARNS_AT
      ? [warning(text("etcd's database is nearly full", "etcd 数据库接近容量上限"), name)]
      : []),
  ];
};

const controlPlaneProblems = (
  machine: MachineStatus,
  { virtualIp }: Pick<StatusFacts, "virtualIp">,
): StatusProblem[] => {
  const { name, health } = machine;
  const plane = health?.controlPlane;
  if (plane === undefined || plane === null) return [];
  const checks: readonly (readonly [boolean, Localized])[] = [
    [plane.live, text("the API server does not answer", "API 服务没有响应")],
    [plane.ready || !plane.live, text("the API server is not ready", "API 服务未就绪")],
    [plane.scheduler, text("the scheduler does not answer", "调度器没有响应")],
    [plane.controllerManager, text("the controller manager does not answer", "控制器管理器没有响应")],
    [plane.registry, text("its registry does not answer", "镜像仓库没有响应")],
    [
      virtualIp === null || plane.endpoint === "active",
      text(
        `keepalived does not run (${plane.endpoint}): the virtual address cannot move here`,
        `keepalived 未运行（${plane.endpoint}）：虚拟地址无法切换到本机`,
      ),
    ],
  ];
  return [...checks.filter(([well]) => !well).map(([, what]) => bad(what, name)), ...etcdProblems(machine)];
};

const clockProblems = ({ name, health }: MachineStatus): StatusProblem[] => {
  if (health === undefined) return [];
  const { clock } = health;
  if (clock === null) return [warning(text("chrony does not answer", "chrony 没有响应"), name)];
  if (!clock.synchronised) {
    return [warning(text("its clock is not synchronised", "时钟未同步"), name)];
  }
  return Math.abs(clock.offsetMs) > CLOCK_LIMIT_MS
    ? [warning(text(`its clock is ${clock.offsetMs} ms off`, `时钟相差 ${clock.offsetMs} 毫秒`), name)]
    : [];
};

const machineProblems = (machine: MachineStatus, facts: StatusFacts): StatusProblem[] => {
  const { name, health, error, node } = machine;
  const found: StatusProblem[] = [];
  if (error !== undefined) found.push(bad(errorOf(error), name));
  if (facts.api === undefined) {
    if (node === undefined) found.push(bad(text("the API knows no such node", "API 中没有该节点"), name));
    else if (node.ready === "no")
      found.push(bad(text("the node is not Ready", "节点未处于 Ready 状态"), name));
    else if (node.ready === "unknown") {
      found.push(bad(text("its kubelet has stopped reporting", "kubelet 已停止上报状态"), name));
    }
  }
  for (const condition of node?.conditions ?? []) found.push(bad(text(condition, condition), name));
  for (const [service, state] of [
    ["kubelet", health?.kubelet],
    ["containerd", health?.containerd],
  ] as const) {
    if (state !== undefined && state !== "active") {
      found.push(bad(text(`${service} does not run (${state})`, `${service} 未运行（${state}）`), name));
    }
  }
  found.push(...controlPlaneProblems(machine, facts), ...clockProblems(machine));
  if (node !== undefined && !node.schedulable && !outOfService(machine)) {
    found.push(warning(text("takes no new pods (cordoned)", "已设为不可调度"), name));
  }
  if (node !== undefined && node.version !== facts.version && node.version !== "") {
    found.push(
      warning(
        text(
          `runs ${node.version}, the spec says ${facts.version}`,
          `运行 ${node.version}，规格为 ${facts.version}`,
        ),
        name,
      ),
    );
  }
  if (!outOfService(machine)) return found;
  // Somebody meant it so: it is told, and does not make the cluster a degraded one.
  return [serviceNote(machine), ...found.map((problem) => ({ ...problem, severity: "warning" as const }))];
};

const serviceNote = ({ name, node }: MachineStatus): StatusProblem => {
  const { maintenance, outage } = node ?? {};
  if (maintenance !== undefined) {
    const { by, why } = maintenance;
    const reason = why === "" ? by : `${by}: ${why}`;
    return outage === "shutdown"
      ? warning(text(`switched off by ${reason}`, `已关机（${reason}）`), name)
      : warning(text(`in maintenance by ${reason}`, `维护中（${reason}）`), name);
  }
  return warning(
    outage === "reboot" ? text("is being restarted", "正在重启") : text("is being switched off", "正在关机"),
    name,
  );
};

/** An API that answers has read from etcd's quorum, so that members which did not say so in time are only slow. */
const quorumProblem = (
  { members, healthy, needed }: StatusFacts["etcd"],
  apiAnswers: boolean,
): StatusProblem =>
  apiAnswers
    ? bad(
        text(
          `only ${healthy} of ${members} members of etcd answered in time, although the API is served`,
          `${members} 个 etcd 成员中只有 ${healthy} 个及时响应，但 API 仍可用`,
        ),
      )
    : bad(
        text(
          `etcd has lost its quorum: ${healthy} of ${members} members answer as healthy, ${needed} are needed`,
          `etcd 失去多数派：${members} 个成员中只有 ${healthy} 个健康，至少需要 ${needed} 个`,
        ),
      );

const siteProblems = ({ api, etcd, virtualIp, strangers }: StatusFacts): StatusProblem[] => {
  const { healthy, needed, leader } = etcd;
  return [
    ...(api === undefined ? [] : [bad(errorOf(api))]),
    ...(healthy < needed ? [quorumProblem(etcd, api === undefined)] : []),
    ...(healthy >= needed && leader === null
      ? [warning(text("etcd's members do not agree on a leader", "etcd 各成员对 leader 的认知不一致"))]
      : []),
    ...(virtualIp !== null && virtualIp.holders.length === 0
      ? [
          bad(
            text(
              `nobody holds the virtual address ${virtualIp.address}`,
              `没有机器持有虚拟地址 ${virtualIp.address}`,
            ),
          ),
        ]
      : []),
    ...(virtualIp !== null && virtualIp.holders.length > 1
      ? [
          bad(
            text(
              `the virtual address ${virtualIp.address} is held by ${virtualIp.holders.join(" and ")}`,
              `虚拟地址 ${virtualIp.address} 同时被 ${virtualIp.holders.join("、")} 持有`,
            ),
          ),
        ]
      : []),
    ...strangers.map((name) => warning(text("a node that the spec does not name", "规格中没有的节点"), name)),
  ];
};

const podProblems = ({ pods, machines }: StatusFacts): StatusProblem[] => {
  // A pod of a machine that is out of service on purpose waits for it, which is no trouble of the pod's.
  const away = new Set(machines.filter(outOfService).map(({ name }) => name));
  const troubled = (pods?.troubled ?? []).filter(
    ({ machine }) => machine === undefined || !away.has(machine),
  );
  if (troubled.length === 0) return [];
  const named = troubled
    .slice(0, PODS_NAMED)
    .map(({ namespace, name, state }) => `${namespace}/${name} (${state})`);
  const list = named.join(", ") + (troubled.length > PODS_NAMED ? ", …" : "");
  const system = troubled.some(({ namespace }) => namespace.startsWith("kube-"));
  const what = text(
    `${troubled.length} pod(s) do not run: ${list}`,
    `${troubled.length} 个 Pod 未正常运行：${list}`,
  );
  return [system ? bad(what) : warning(what)];
};

/** Everything about a cluster that is not as it should be, the worst first. */
export const problemsOf = (facts: StatusFacts): StatusProblem[] => {
  const found = [
    ...siteProblems(facts),
    ...facts.machines.flatMap((machine) => machineProblems(machine, facts)),
    ...podProblems(facts),
  ];
  return [
    ...found.filter(({ severity }) => severity === "bad"),
    ...found.filter(({ severity }) => severity !== "bad"),
  ];
};

/** Less than this left is told, unless the certificate was made for a shorter life. */
const SOON_MS = 30 * 24 * 3_600_000;

/** Certificates that have ended, or will soon; what kubelet renews by itself is renewed with a third of its life left. */
export const certificateProblems = (machines: readonly MachineStatus[], at: number): StatusProblem[] =>
  machines.flatMap(({ name, health }) => {
    if (health?.certificate === undefined) return [];
    const { path, notBefore, notAfter } = health.certificate;
    const end = new Date(notAfter).toISOString().slice(0, 16).replace("T", " ");
    if (notAfter <= at) {
      return [bad(text(`${path} ended at ${end} UTC`, `${path} 已于 ${end} UTC 到期`), name)];
    }
    return notAfter - at < Math.min(SOON_MS, (notAfter - notBefore) / 5)
      ? [warning(text(`${path} ends at ${end} UTC`, `${path} 将于 ${end} UTC 到期`), name)]
      : [];
  });
