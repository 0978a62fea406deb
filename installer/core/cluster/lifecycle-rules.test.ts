import type { WireError } from "../../contract/errors/index.ts";
import { describe, expect, test } from "vitest";
import type { MachineHealth } from "../../contract/cluster-status.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { blockerLine, blockerOf, drainList, evictionAnswer, EXPENDABLE_VOLUMES, podName } from "./drain.ts";
import type { BudgetObject, PodObject } from "./kube-objects.ts";
import { parseMachineHealth } from "./machine-health.ts";
import { marks, marksOf } from "./marks.ts";
import { countPods } from "./pod-lines.ts";
import { assertQuorum, type ControlPlaneView } from "./quorum.ts";
import { judgeStatus, type StatusFindings } from "./status.ts";

const pod = (
  name: string,
  over: Partial<PodObject["metadata"]> = {},
  spec: PodObject["spec"] = {},
): PodObject => ({
  metadata: {
    name,
    namespace: "default",
    uid: name,
    labels: { app: "web" },
    ownerReferences: [{ kind: "ReplicaSet", controller: true }],
    ...over,
  },
  spec,
  status: { phase: "Running" },
});

const careful = { loseLocalData: false, loseBarePods: false };

describe("a drain", () => {
  test("leaves DaemonSets, mirrors of static pods and ended pods where they are", () => {
    const list = drainList(
      [
        pod("daemon", { ownerReferences: [{ kind: "DaemonSet", controller: true }] }),
        pod("static", { ownerReferences: [], annotations: { "kubernetes.io/config.mirror": "x" } }),
        { ...pod("done"), status: { phase: "Succeeded" } },
        pod("web"),
        pod("going", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      ],
      careful,
    );
    expect(list.evict.map(podName)).toEqual(["default/web"]);
    expect(list.leaving.map(podName)).toEqual(["default/going"]);
    expect(list.refused).toEqual([]);
  });

  test("refuses bare pods and local data unless they are given up, each by its own option", () => {
    const bare = pod("bare", { ownerReferences: [] });
    const local = pod("local", {}, { volumes: [{ name: "tmp", emptyDir: {} }] });
    const refused = (settings: typeof careful): string[] =>
      drainList([bare, local], settings).refused.map((one) => `${one.pod.metadata.name} ${one.objection}`);
    expect(refused(careful)).toEqual(["bare bare", "local local-data"]);
    expect(refused({ ...careful, loseBarePods: true })).toEqual(["local local-data"]);
    expect(refused({ ...careful, loseLocalData: true })).toEqual(["bare bare"]);
  });

  test("takes no volume for data that its pod calls expendable, and every other one for it", () => {
    const annotations = { [EXPENDABLE_VOLUMES]: "tmp" };
    const volumes = (...names: string[]) => ({ volumes: names.map((name) => ({ name, emptyDir: {} })) });
    expect(drainList([pod("a", { annotations }, volumes("tmp"))], careful).evict).toHaveLength(1);
    expect(drainList([pod("a", { annotations }, volumes("tmp", "data"))], careful).refused).toHaveLength(1);
  });

  test("reports the budgets that hold a pod, with their figures, and no other ones", () => {
    const budget = (name: string, namespace: string, app: string): BudgetObject => ({
      metadata: { name, namespace, uid: name },
      spec: { selector: { matchLabels: { app } } },
      status: { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 },
    });
    const blocker = blockerOf(pod("web-1"), "TooManyRequests", [
      budget("web", "default", "web"),
      budget("elsewhere", "other", "web"),
      budget("other", "default", "db"),
    ]);
    expect(blockerLine(blocker)).toBe(
      "default/web-1 [PodDisruptionBudget web: allowed=0 healthy=2 required=2]",
    );
  });

  test("tells an eviction that is refused from one that came too late", () => {
    expect(evictionAnswer(0, "").kind).toBe("accepted");
    expect(evictionAnswer(1, 'Error from server (NotFound): pods "a" not found').kind).toBe("gone");
    expect(evictionAnswer(1, "Error from server (Conflict): uid mismatch").kind).toBe("gone");
    expect(evictionAnswer(1, "Error from server (TooManyRequests): Cannot evict pod")).toEqual({
      kind: "blocked",
      problem: "(TooManyRequests): Cannot evict pod",
    });
  });
});

const members = ["1", "2", "3"].map((id) => ({ id, name: `n${id}`, learner: false }));

const plane = (id: string, over: object = {}, etcd: object | null = {}): MachineHealth => ({
  bootId: `boot-${id}`,
  kubelet: "active",
  containerd: "active",
  clock: { synchronised: true, offsetMs: 0.1, source: "10.0.0.1" },
  controlPlane: {
    live: true,
    ready: true,
    scheduler: true,
    controllerManager: true,
    registry: true,
    endpoint: "active",
    holdsAddress: id === "1",
    etcd:
      etcd === null
        ? null
        : {
            id,
            healthy: true,
            reason: "",
            leader: "1",
            learner: false,
            version: "3.7.3",
            dbBytes: 1e6,
            quotaBytes: 2e9,
            raftIndex: 10,
            appliedIndex: 10,
            alarms: [],
            members,
            ...etcd,
          },
    ...over,
  },
});

const noMarks = marksOf({ metadata: { name: "n", uid: "u" } });
const view = (id: string, over: Partial<ControlPlaneView> = {}): ControlPlaneView => ({
  name: `n${id}`,
  health: plane(id),
  marks: noMarks,
  ...over,
});

describe("the guard of the quorum", () => {
  test("lets one control plane of three go while the others are well", () => {
    expect(assertQuorum("n1", "reboot", [view("1"), view("2"), view("3")])).toEqual({ quorumLost: false });
  });

  test.each([
    ["cannot be reached", { health: undefined }, "QUORUM_OTHER_UNREACHABLE"],
    ["has no etcd", { health: plane("2", {}, null) }, "QUORUM_OTHER_ETCD"],
    ["has an unhealthy etcd", { health: plane("2", {}, { healthy: false }) }, "QUORUM_OTHER_ETCD"],
    ["has an etcd without a vote", { health: plane("2", {}, { learner: true }) }, "QUORUM_OTHER_ETCD"],
    ["has an API that is not ready", { health: plane("2", { ready: false }) }, "QUORUM_OTHER_API"],
    [
      "is in maintenance",
      { marks: { ...noMarks, maintenance: { by: "ann", why: "disk", since: 1 } } },
      "QUORUM_OTHER_IN_MAINTENANCE",
    ],
    [
      "is down by our hand",
      {
        marks: {
          ...noMarks,
          outage: { operation: "op-1", kind: "reboot" as const, bootId: "b", cordoned: false, since: 1 },
        },
      },
      "QUORUM_OTHER_DOWN",
    ],
  ])("refuses when another one %s, and names it", (_, over, code) => {
    const act = (): unknown => assertQuorum("n1", "reboot", [view("1"), view("2", over), view("3")]);
    expect(act).toThrow(expect.objectContaining({ code, params: expect.objectContaining({ other: "n2" }) }));
  });

  test("does not care how the one is that goes down itself", () => {
    const views = [view("1", { health: undefined }), view("2"), view("3")];
    expect(assertQuorum("n1", "reboot", views)).toEqual({ quorumLost: false });
  });

  test("counts members that the spec does not name: a dead fourth and fifth one make two too few", () => {
    const five = [
      ...members,
      { id: "4", name: "n4", learner: false },
      { id: "5", name: "n5", learner: false },
    ];
    const views = ["1", "2", "3"].map((id) => view(id, { health: plane(id, {}, { members: five }) }));
    expect(() => assertQuorum("n1", "reboot", views)).toThrow(
      expect.objectContaining({ code: "QUORUM_TOO_SMALL" }),
    );
  });

  test("lets the only control plane restart, says what that costs, and never switches it off", () => {
    const alone = [view("1", { health: plane("1", {}, { members: members.slice(0, 1) }) })];
    expect(assertQuorum("n1", "reboot", alone)).toEqual({ quorumLost: true });
    expect(() => assertQuorum("n1", "shutdown", alone)).toThrow(
      expect.objectContaining({ code: "QUORUM_TOO_SMALL" }),
    );
  });
});

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    ...["1", "2", "3"].map((id) => ({ name: `n${id}`, address: `10.0.0.1${id}`, roles: ["control-plane"] })),
    { name: "n4", address: "10.0.0.14", labels: { "example.com/rack": "r1" } },
  ],
});
const node = {
  ready: "yes" as const,
  schedulable: true,
  version: cluster.kubernetes.version,
  conditions: [],
};
const worker: MachineHealth = { ...plane("4"), controlPlane: null };
const unreachable: WireError = {
  code: "HOST_UNREACHABLE",
  params: { endpoint: "10.0.0.12:22", reason: "EHOSTUNREACH" },
};
const well: StatusFindings = {
  cluster,
  at: 1,
  machines: new Map([...["1", "2", "3"].map((id) => [`n${id}`, plane(id)] as const), ["n4", worker]]),
  api: { nodes: { n1: node, n2: node, n3: node, n4: node }, pods: { total: 4, running: 4, troubled: [] } },
};
const found = (over: Partial<StatusFindings>): string[] => {
  const { state, problems } = judgeStatus({ ...well, ...over });
  return [
    state,
    ...problems.map(({ severity, machine, text }) => `${severity} ${machine ?? "-"}: ${text.en}`),
  ];
};
const machinesWith = (name: string, health: MachineHealth | WireError): StatusFindings["machines"] =>
  new Map([...well.machines, [name, health]]);
const nodesWith = (name: string, over: object): StatusFindings["api"] => ({
  nodes: { n1: node, n2: node, n3: node, n4: node, [name]: { ...node, ...over } },
  pods: { total: 4, running: 4, troubled: [] },
});

describe("a cluster's status", () => {
  test("is healthy when all of it is, and says who holds what", () => {
    expect(found({})).toEqual(["healthy"]);
    const { etcd, virtualIp } = judgeStatus(well);
    expect(etcd).toEqual({ members: 3, healthy: 3, needed: 2, leader: "n1" });
    expect(virtualIp).toEqual({ address: "10.0.0.10", holders: ["n1"] });
  });

  test("names the certificate that ends first, and tells of those that have ended or will soon", () => {
    const day = 86_400_000;
    const ending = (notAfter: number): MachineHealth => ({
      ...worker,
      certificate: { path: "/etc/x.crt", notBefore: notAfter - 365 * day, notAfter },
    });
    const at = 400 * day;
    const first = (notAfter: number) =>
      judgeStatus({ ...well, at, machines: machinesWith("n4", ending(notAfter)) });
    expect(judgeStatus(well).certificate).toBeNull();
    expect(first(at + 100 * day)).toMatchObject({
      state: "healthy",
      problems: [],
      certificate: { machine: "n4", notAfter: at + 100 * day },
    });
    expect(first(at + 29 * day)).toMatchObject({
      state: "healthy",
      problems: [{ severity: "warning", machine: "n4" }],
    });
    expect(first(at - 1)).toMatchObject({
      state: "degraded",
      problems: [{ severity: "bad", machine: "n4" }],
    });
  });

  test("is degraded by a machine that is down, which is told with the reason", () => {
    const lines = found({
      machines: machinesWith("n2", unreachable),
      api: nodesWith("n2", { ready: "unknown" }),
    });
    expect(lines[0]).toBe("degraded");
    expect(lines[1]).toContain("bad n2: 10.0.0.12:22 cannot be reached");
    expect(lines[2]).toBe("bad n2: its kubelet has stopped reporting");
  });

  test("is not degraded by a machine that somebody took out of service", () => {
    const maintenance = { by: "ann", why: "disk", since: 1 };
    const lines = found({
      machines: machinesWith("n4", unreachable),
      api: nodesWith("n4", { ready: "unknown", schedulable: false, maintenance }),
    });
    expect(lines.slice(0, 2)).toEqual(["healthy", "warning n4: in maintenance by ann: disk"]);
    expect(lines.some((line) => line.startsWith("bad"))).toBe(false);
  });

  test("is down without a quorum or an API", () => {
    const two: StatusFindings["machines"] = new Map<string, MachineHealth | WireError>([
      ...well.machines,
      ["n2", unreachable],
      ["n3", unreachable],
    ]);
    const api = { code: "API_UNAVAILABLE", params: {} };
    expect(found({ machines: two, api })).toContain(
      "bad -: etcd has lost its quorum: 1 of 3 members answer as healthy, 2 are needed",
    );
    expect(found({ machines: two, api })[0]).toBe("down");
    expect(found({ machines: two })[0]).toBe("degraded");
    expect(found({ api: { code: "API_UNAVAILABLE", params: {} } })[0]).toBe("down");
  });

  test.each([
    ["two holders of the virtual address", plane("2", { holdsAddress: true }), "held by n1 and n2"],
    ["a registry that does not answer", plane("2", { registry: false }), "its registry does not answer"],
    [
      "a keepalived that does not run",
      plane("2", { endpoint: "failed" }),
      "keepalived does not run (failed)",
    ],
    ["an alarm of etcd", plane("2", {}, { alarms: ["NOSPACE"] }), "etcd raised the alarm NOSPACE"],
  ])("tells %s", (_, health, expected) => {
    const lines = found({ machines: machinesWith("n2", health) });
    expect(lines[0]).toBe("degraded");
    expect(lines.join("\n")).toContain(expected);
  });

  test("tells pods that do not run; only those of the system degrade it", () => {
    const troubled = (namespace: string): StatusFindings["api"] => ({
      nodes: { n1: node, n2: node, n3: node, n4: node },
      pods: { total: 1, running: 0, troubled: [{ namespace, name: "a", state: "CrashLoopBackOff" }] },
    });
    expect(found({ api: troubled("default") })[0]).toBe("healthy");
    expect(found({ api: troubled("kube-system") })).toEqual([
      "degraded",
      "bad -: 1 pod(s) do not run: kube-system/a (CrashLoopBackOff)",
    ]);
  });
});

test("pods are counted: those that ended well or are leaving are no trouble", () => {
  const output = `kube-system a n1 Running True <none> <none>
default b n1 Running False <none> CrashLoopBackOff
default c <none> Pending <none> <none> <none>
default d n1 Succeeded False <none> <none>
default e n1 Running False 2026-01-01T00:00:00Z <none>
`;
  expect(countPods(output)).toEqual({
    total: 5,
    running: 1,
    troubled: [
      { namespace: "default", name: "b", machine: "n1", state: "CrashLoopBackOff" },
      { namespace: "default", name: "c", state: "Pending" },
    ],
  });
});

describe("what a machine says of itself", () => {
  const output = `boot b1
kubelet active
containerd active
clock 0A630001,10.99.0.1,11,1795238355.825945912,0.000222910,-0.000037921,0.000295534,-0.970,-0.112,4.607,0.000976583,0.002839170,16.1,Normal
live yes
ready yes
holds yes
etcd.health {"health":"true","reason":""}
etcd.status {"header":{"member_id":"7"}, "version":"3.7.3", "dbSize":"2699264", "leader":"7", "raftIndex":"1597", "raftAppliedIndex":"1597", "dbSizeQuota":"2147483648"}
etcd.members {"members":[{"ID":"7", "name":"n1"}, {"ID":"8", "name":"n2", "isLearner":true}]}
etcd.alarms {"alarms":[{"memberID":"7","alarm":"NOSPACE"},{"memberID":"8","alarm":"CORRUPT"}]}
`;

  test("is read from what it printed; what did not answer is not well", () => {
    const { clock, controlPlane, bootId } = parseMachineHealth(output, "control-plane");
    expect(bootId).toBe("b1");
    expect(clock).toEqual({ synchronised: true, offsetMs: 0.223, source: "10.99.0.1" });
    expect(controlPlane).toMatchObject({ live: true, holdsAddress: true, registry: false, scheduler: false });
    expect(controlPlane?.etcd).toMatchObject({ healthy: true, dbBytes: 2699264, alarms: ["NOSPACE"] });
    expect(controlPlane?.etcd?.members.map(({ learner }) => learner)).toEqual([false, true]);
  });

  test("is of a machine without etcd when etcd is silent", () => {
    expect(parseMachineHealth("boot b1\netcd.status \n", "control-plane").controlPlane?.etcd).toBeNull();
    expect(parseMachineHealth(output, "worker").controlPlane).toBeNull();
  });
});

test("a mark that cannot be understood counts as none", () => {
  const annotations = { [marks.outage]: "{", [marks.maintenance]: '{"by":1}' };
  expect(marksOf({ metadata: { name: "n", uid: "u", annotations } })).toEqual(noMarks);
});
