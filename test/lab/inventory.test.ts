import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../installer/adapters/clock/system-clock.ts";
import type { MachineFacts } from "../../installer/contract/facts.ts";
import type { CheckReport, DiskLatency, Reachability } from "../../installer/contract/preflight.ts";
import type { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { collectorScript } from "../../installer/core/inventory/collector/index.ts";
import { factsFrom } from "../../installer/core/inventory/facts.ts";
import { latencyScript } from "../../installer/core/preflight/latency-script.ts";
import { reachScript } from "../../installer/core/preflight/reach-script.ts";
import { mergeAccess } from "../../installer/core/spec/merge.ts";
import { OperationId } from "../../installer/core/contract.ts";
import type { Remote } from "../../installer/core/ports/index.ts";
import type { OperationsService } from "../../installer/services/operations-api.ts";
import { createOperations } from "../../installer/services/operations.ts";
import { workflows } from "../../installer/workflows/index.ts";
import { noSite } from "../fakes/engine.ts";
import { FakeJournal } from "../fakes/journal.ts";
import { FakeLog } from "../fakes/log.ts";
import { testRemote } from "../support/ssh-remote.ts";
import { openTestLab, type TestLab } from "./harness.ts";

let lab: TestLab;
let remote: Remote;
let operations: OperationsService;
let cluster: ClusterSpec;
let operationCount = 0;

beforeAll(async () => {
  lab = await openTestLab({ name: "inv", machines: 4 });
  remote = testRemote().remote;
  const waive = ["cgroup-version", "etcd-disk-latency"].map((check) => ({
    check,
    reason: "the machines share the kernel and the disk of one host",
  }));
  cluster = mergeAccess({ ...lab.spec, preflight: { waive } });
  operations = createOperations({
    workflows,
    ports: { clock: systemClock, remote, ...noSite },
    journal: new FakeJournal(),
    clusters: { applied: () => Promise.resolve(undefined) },
    log: new FakeLog(),
    newId: () => OperationId.parse(`op-${String(++operationCount).padStart(10, "0")}`),
  });
});

afterAll(async () => {
  await operations.shutdown();
  await remote.close();
  await lab.close();
});

/** Runs a workflow to its end. */
const run = async (
  workflow: string,
  spec: ClusterSpec,
  confirmation?: string,
): Promise<{
  status: string;
  output<T>(step: string): T;
  outcome(step: string): string;
  error(step: string): unknown;
}> => {
  const { id } = await operations.start({
    workflow,
    cluster: spec,
    by: "test",
    ...(confirmation === undefined ? {} : { confirmation }),
  });
  for await (const _ of operations.feed({ operation: id }, AbortSignal.timeout(120_000)));
  const steps = new Map(
    (await operations.steps(id)).map((step) => [`${step.step.phase}@${step.step.machine}`, step]),
  );
  return {
    status: (await operations.get(id)).status,
    output: <T>(step: string) => steps.get(step)?.output as T,
    outcome: (step) => steps.get(step)?.state ?? "absent",
    error: (step) => steps.get(step)?.error,
  };
};

/** What is in the folder that etcd will have. */
const etcdFiles = async (name: string): Promise<string[]> => {
  const signal = AbortSignal.timeout(10_000);
  const { stdout } = await remote.run(machine(name), ["ls", "-A", "/var/lib/etcd"], { signal });
  return stdout.split("\n").filter((entry) => entry !== "lost+found" && entry !== "");
};

const onEach = <T>(make: (machine: string) => T): T[] => cluster.machines.map(({ name }) => make(name));

describe("inventory and preflight on real machines", () => {
  test("all four machines pass, with the lab's shortcomings waived", async () => {
    const done = await run("check", cluster);
    expect(done.error("preflight.gate@@appliance")).toBeUndefined();
    expect(done.status).toBe("succeeded");
    for (const facts of onEach((name) => done.output<MachineFacts>(`machine.inventory@${name}`))) {
      expect(facts.virtualisation).toEqual({ kind: "container", technology: "systemd-nspawn" });
      expect(facts.dmi.own).toBe(false);
      expect(facts.disks.filter(({ own }) => own)).toEqual([]);
      expect(facts.os).toMatchObject({ id: "debian", versionId: "13" });
      expect(facts.time.uncertaintyMs).toBeLessThan(500);
      expect(facts.listeners.find(({ port }) => port === 22)).toMatchObject({ protocol: "tcp" });
      expect(facts.space.find(({ path }) => path === "/var/lib/etcd")).toMatchObject({ fstype: "ext4" });
      expect(facts.unknown).toEqual([]);
    }
    for (const { method, peers } of onEach((name) =>
      done.output<Reachability>(`preflight.reachability@${name}`),
    )) {
      expect(method).toBe("perl");
      expect(peers).toHaveLength(3);
      for (const peer of peers) {
        expect(peer.tcpMs).not.toBeNull();
        expect(peer.pathMtu).toBe(1500);
      }
    }
    const results = onEach((name) => done.output<CheckReport>(`preflight.machine@${name}`).results).flat();
    expect(results.filter(({ state }) => state === "waived").map(({ check }) => check)).toContain(
      "cgroup-version",
    );
  });

  test("a second run measures the disks not again and leaves no scratch file", async () => {
    const done = await run("check", cluster);
    expect(done.outcome("machine.prepare@n1")).toBe("satisfied");
    expect(done.outcome("machine.disk-latency@n1")).toBe("satisfied");
    expect(done.output<DiskLatency>("machine.disk-latency@n1").samples).toBeGreaterThan(20);
    expect(await etcdFiles("n1")).toEqual([]);
  });

  test("without a waiver the gate names every failed check of every machine at once", async () => {
    const done = await run("check", {
      ...cluster,
      preflight: { waive: [] },
      network: { ...cluster.network, pods: "10.99.0.0/16" },
    });
    expect(done.status).toBe("failed");
    const error = done.error("preflight.gate@@appliance") as { code: string; detail: string };
    expect(error.code).toBe("PREFLIGHT_FAILED");
    for (const { name } of cluster.machines) {
      expect(error.detail).toContain(`${name}  cidr-overlap`);
      expect(error.detail).toContain(`${name}  cgroup-version`);
    }
  });

  test("a machine marked by another cluster is refused by name, and nothing on it is changed", async () => {
    const other = { ...cluster, name: "other" };
    const done = await run("check", other);
    expect(done.status).toBe("failed");
    expect(done.error("machine.prepare@n2")).toMatchObject({
      code: "MACHINE_BELONGS_TO_ANOTHER",
      params: { otherCluster: cluster.name, otherMachine: "n2" },
    });
  });

  test("a path that swallows large packets is found with the size that still passes", async () => {
    const link = "ip link set dev host0 mtu 9000";
    await remote.script(machine("n1"), link, { signal: AbortSignal.timeout(10_000) });
    try {
      const done = await run("check", cluster);
      const error = done.error("preflight.gate@@appliance") as { detail: string };
      expect(error.detail).toContain("n1  path-mtu: to n2 (1500 < 9000)");
    } finally {
      await remote.script(machine("n1"), "ip link set dev host0 mtu 1500", {
        signal: AbortSignal.timeout(10_000),
      });
    }
  });

  test("a machine without perl finds the same with ping and bash", async () => {
    const signal = AbortSignal.timeout(60_000);
    const peers = ["n2", machine("n2").address, "22", "1500", "closed", machine("n2").address, "81", "1500"];
    const args = ["1500,1400", ...peers];
    const script = reachScript.replace("if has perl", "if false");
    const { stdout } = await remote.script(machine("n1"), script, { args, signal });
    expect(stdout).toMatch(/^ping\n/);
    expect(stdout).toMatch(/^n2 \d+ \d+ 1500$/m);
    expect(stdout).toMatch(/^closed - \d+ 1500$/m);
  });

  test("a cancelled disk measurement leaves no scratch file", async () => {
    const cancel = new AbortController();
    const measuring = remote.script(machine("n1"), latencyScript, {
      args: ["/var/lib/etcd"],
      signal: cancel.signal,
    });
    setTimeout(() => cancel.abort(), 1_500);
    await expect(measuring).rejects.toMatchObject({ code: "CANCELLED" });
    await vi.waitFor(async () => expect(await etcdFiles("n1")).toEqual([]), { timeout: 10_000 });
  });

  test.each(["operator", "clerk"])("%s, who becomes root by sudo, sees what root sees", async (user) => {
    const found = machine("n1");
    const ssh = {
      ...cluster.ssh,
      user,
      sudo: user === "clerk" ? ("password" as const) : ("passwordless" as const),
    };
    const clerk = testRemote({ secrets: { clerk: lab.clerkPassword } }).remote;
    try {
      const { stdout } = await clerk.script(
        { ...found, ssh: { ...ssh, password: "secret:clerk" } },
        collectorScript,
        {
          signal: AbortSignal.timeout(60_000),
        },
      );
      const facts = factsFrom({ machine: "n1", output: stdout, trip: { sentAt: 0, receivedAt: 0 } });
      expect(facts.unknown).toEqual([]);
      expect(facts.listeners.find(({ port }) => port === 22)?.process).toBe("sshd");
    } finally {
      await clerk.close();
    }
  });

  test("forget refuses while Kubernetes state is there, and removes everything once it is gone", async () => {
    const signal = AbortSignal.timeout(60_000);
    await remote.script(machine("n3"), "mkdir -p /var/lib/etcd/member", { signal });
    const refused = await run("forget", cluster, `forget ${cluster.name}`);
    expect(refused.error("machine.forget@n3")).toMatchObject({ code: "MACHINE_IN_USE" });
    await remote.script(machine("n3"), "rmdir /var/lib/etcd/member", { signal });
    const done = await run("forget", cluster, `forget ${cluster.name}`);
    expect(done.status).toBe("succeeded");
    const left = await remote.script(
      machine("n3"),
      "ls -d /etc/slipway 2>/dev/null; ls -A /var/lib/slipway 2>/dev/null; true",
      { signal },
    );
    expect(left.stdout).toBe("");
  });
});

const machine = (name: string): ClusterSpec["machines"][number] => {
  const found = cluster.machines.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
