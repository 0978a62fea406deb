import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { FakeRemote } from "../../../test/fakes/remote.ts";
import { markPath } from "../machine/mark.ts";
import { cleanMachine } from "./cleaning.ts";
import { movable } from "./drain.ts";
import { leaveClean } from "./clean.ts";
import { leaveReset } from "./reset.ts";
import { leaveStrike } from "./strike.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12", roles: ["control-plane"] },
    { name: "n3", address: "10.0.0.13", roles: ["control-plane"] },
  ],
});
const [n1, n2, n3] = cluster.machines;
if (n1 === undefined || n2 === undefined || n3 === undefined) throw new Error("three machines");
const staying = { ...cluster, machines: [n1, n2] };

const stepOn = (machine: typeof n1, remote: FakeRemote, parameters: object = {}) =>
  ({
    machine,
    target: machine.name,
    cluster: staying,
    parameters,
    from: {},
    ports: { remote, clock: { sleep: () => Promise.resolve() } },
    signal: new AbortController().signal,
    say: () => undefined,
    waiting: () => undefined,
    progress: () => undefined,
  }) as never;

const member = (n: number): string =>
  `${n}${n}, started, n${n}, https://10.0.0.1${n}:2380, https://10.0.0.1${n}:2379, false\n`;

/** A cluster of three as its control planes tell of it; what was asked of whom is kept. */
const clusterOf = (healthy: readonly number[]) => {
  const asked: string[] = [];
  const remote = new FakeRemote().on("*", ({ words, machine }) => {
    const [script = "", ...args] = words;
    const name = machine;
    if (script.includes("stage %s")) return { stdout: "stage joined\nlive yes\nready yes\n" };
    const line = args.join(" ");
    asked.push(`${name}: ${line}`);
    if (line === "member list") return { stdout: [1, 2, 3].map(member).join("") };
    if (line.startsWith("endpoint health")) {
      return {
        stdout: JSON.stringify(
          [1, 2, 3].map((n) => ({ endpoint: `https://10.0.0.1${n}:2379`, health: healthy.includes(n) })),
        ),
      };
    }
    return { stdout: line.includes("get node") ? "node/n3\n" : "" };
  });
  return { remote, asked };
};

describe("striking a machine off", () => {
  test("removes its member, then its node, through a control plane that stays", async () => {
    const { remote, asked } = clusterOf([1, 2, 3]);
    const context = stepOn(n3, remote, { departing: [n3], dead: ["n3"] });
    const verdict = (await leaveStrike.probe(context)) as { loss: { en: string } };
    expect(verdict.loss.en).toContain("2 members of etcd are left, of which 0 may fail (an even number");
    expect(await leaveStrike.apply(context)).toEqual({ members: 2 });
    const done = asked.filter((line) => /remove|delete/.test(line));
    expect(done.map((line) => line.replace(/^n[12]: /, "").replace(/https\S+ /, ""))).toEqual([
      "member remove 33",
      "delete node n3 --ignore-not-found --timeout=60s",
    ]);
    expect(asked.filter((line) => line.startsWith("n3:"))).toEqual([]);
  });

  test("waits while etcd has no leader, as in the moment after one was lost", async () => {
    const { remote, asked } = clusterOf([1, 2]);
    let silent = 3;
    remote.on("*", ({ words }) =>
      words.slice(1).join(" ") === "member list" && silent-- > 0
        ? { code: 1, stderr: "context deadline exceeded" }
        : undefined,
    );
    const context = stepOn(n3, remote, { departing: [n3], dead: ["n3"] });
    expect(await leaveStrike.apply(context)).toEqual({ members: 2 });
    expect(asked.filter((line) => line.includes("member remove"))).toHaveLength(1);
  });

  test("is refused while the others have no majority that is well, and nothing is removed", async () => {
    const { remote, asked } = clusterOf([1, 3]);
    await expect(leaveStrike.apply(stepOn(n3, remote, { departing: [n3] }))).rejects.toMatchObject({
      code: "ETCD_REMOVAL_REFUSED",
    });
    expect(asked.filter((line) => /remove|delete/.test(line))).toEqual([]);
  });
});

describe("cleaning a machine", () => {
  const marked = (name: string, clean: string): FakeRemote => {
    const remote = new FakeRemote().on("*", ({ words }) =>
      words[0]?.includes("left mount") === true
        ? { stdout: clean }
        : { stdout: words[0]?.includes("ls -A") === true ? "/etc/slipway\n" : "" },
    );
    remote.file("n3", markPath, JSON.stringify({ cluster: name, machine: "n3", member: true }));
    return remote;
  };
  const ran = (remote: FakeRemote, word: string): boolean =>
    remote.calls.some(({ words }) => words[0]?.includes(word) === true);

  test("never touches one that another cluster has marked", async () => {
    const remote = marked("site-b", "");
    await expect(cleanMachine(stepOn(n3, remote))).rejects.toMatchObject({
      code: "MACHINE_BELONGS_TO_ANOTHER",
    });
    expect(ran(remote, "left mount")).toBe(false);
  });

  test("keeps the mark and the record while something is left", async () => {
    const remote = marked("site-a", "left mount /var/lib/kubelet/pods/x\n");
    await expect(cleanMachine(stepOn(n3, remote))).rejects.toMatchObject({ code: "LEAVE_INCOMPLETE" });
    expect(ran(remote, "mark=$3")).toBe(false);
  });

  test("ends with the mark, and says which packages stay", async () => {
    const remote = marked("site-a", "kept package libnl-3-200\n");
    expect(await cleanMachine(stepOn(n3, remote))).toEqual({ kept: ["libnl-3-200"] });
    expect(ran(remote, "mark=$3")).toBe(true);
  });
});

describe("targets", () => {
  test("of cleaning are machines that leave alive; a reset is about all that are not dead", () => {
    const parameters = { departing: [n2, n3], dead: ["n3"] };
    expect(leaveClean.on(staying, parameters)).toEqual(["n2"]);
    expect(leaveStrike.on(staying, parameters)).toEqual(["n2", "n3"]);
    expect(leaveReset.on(cluster, { dead: ["n2"] })).toEqual(["n1", "n3"]);
  });
});

test("pods of DaemonSets, of the machine itself and those that ended need not move", () => {
  const pod = (name: string, over: object = {}) => ({ metadata: { name, namespace: "x", ...over } });
  const pods = [
    pod("web"),
    pod("proxy", { ownerReferences: [{ kind: "DaemonSet" }] }),
    pod("etcd", { annotations: { "kubernetes.io/config.mirror": "y" } }),
    { ...pod("job"), status: { phase: "Succeeded" } },
  ];
  expect(movable(pods).map(({ metadata }) => metadata.name)).toEqual(["web"]);
});
