import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../../contract/facts.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { Results, StepContext } from "../../core/phase.ts";
import type { CommandResult, FileContent, Remote } from "../../core/ports/remote.ts";
import { collectorOutput } from "../../../test/fixtures/inventory/collector-output.ts";
import { goodMachine } from "../../../test/fixtures/inventory/good-machine.ts";
import { physicalServer } from "../../../test/fixtures/inventory/physical-server.ts";
import { diskLatency } from "./disk-latency.ts";
import { forget } from "./forget.ts";
import { inventory } from "./inventory.ts";
import { markPath } from "./mark.ts";
import { prepare } from "./prepare.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "prod",
  machines: [{ name: "m1", address: "10.0.0.11", roles: ["control-plane"] }],
});

const day = 24 * 3600 * 1000;
const now = 1_795_000_000_000;

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  /** Answers of scripts, in the order they are run; the last one repeats. */
  readonly answers?: readonly Partial<CommandResult>[];
}

/** A machine made of files and canned answers, and a record of what was done to it. */
const machineWith = ({ files = {}, answers = [{}] }: Machine) => {
  const written: FileContent[] = [];
  const scripts: string[] = [];
  let time = now;
  const remote: Pick<Remote, "readFile" | "writeFile" | "script"> = {
    readFile: async (_machine, path) => files[path],
    writeFile: async (_machine, file) => void written.push(file),
    script: async (_machine, script) => {
      const answer = answers[Math.min(scripts.length, answers.length - 1)];
      scripts.push(script);
      time += 400;
      return { code: 0, stdout: "", stderr: "", truncated: false, ...answer };
    },
  };
  const context = <N extends object>(from: N): StepContext<never> & { readonly from: Results<never> } =>
    ({
      machine: cluster.machines[0],
      target: "m1",
      cluster,
      from,
      ports: { clock: { now: () => time }, remote },
      signal: new AbortController().signal,
      say: () => undefined,
      progress: () => undefined,
      waiting: () => undefined,
    }) as unknown as StepContext<never>;
  return { written, scripts, context };
};

const mark = (name: string, machine = "m1"): Record<string, string> => ({
  [markPath]: JSON.stringify({ cluster: name, machine }),
});

describe("machine.prepare", () => {
  const from = { connect: {} };

  test("is needed on a machine without a mark, and writes one that names cluster and machine", async () => {
    const { context, written } = machineWith({});
    expect(await prepare.probe(context(from))).toMatchObject({ state: "needed" });
    await prepare.apply(context(from));
    expect(written).toHaveLength(1);
    expect(JSON.parse(String(written[0]?.content))).toEqual({
      cluster: "prod",
      machine: "m1",
      member: false,
    });
  });

  test("is satisfied by its own mark and a closed folder, and not by an open one", async () => {
    const closed = machineWith({ files: mark("prod"), answers: [{ stdout: "ready\n" }] });
    expect(await prepare.probe(closed.context(from))).toMatchObject({ state: "satisfied" });
    const open = machineWith({ files: mark("prod"), answers: [{ stdout: "absent\n" }] });
    expect(await prepare.probe(open.context(from))).toMatchObject({ state: "needed" });
  });

  test("keeps what a mark says about membership", async () => {
    const files = { [markPath]: '{"cluster":"prod","machine":"m1","member":true}' };
    const { context, written } = machineWith({ files });
    await prepare.apply(context(from));
    expect(JSON.parse(String(written[0]?.content))).toMatchObject({ member: true });
  });

  test.each([
    ["another cluster's", mark("old")],
    ["another machine's", mark("prod", "m2")],
    ["an unreadable", { [markPath]: "{" }],
  ])("refuses a machine with %s mark before and in its change, and writes nothing", async (_, files) => {
    const { context, written, scripts } = machineWith({ files });
    await expect(prepare.probe(context(from))).rejects.toMatchObject({ code: "MACHINE_BELONGS_TO_ANOTHER" });
    await expect(prepare.apply(context(from))).rejects.toMatchObject({ code: "MACHINE_BELONGS_TO_ANOTHER" });
    expect([...written, ...scripts]).toEqual([]);
  });
});

describe("machine.disk-latency", () => {
  const path = "/var/lib/slipway/disk-latency.json";
  const facts: MachineFacts = goodMachine;
  const from = { facts, prepared: {} };
  const kept = {
    measuredAt: now - day + 1,
    method: "perl",
    path: "/x",
    mount: "/var/lib/etcd",
    source: "/dev/sda1",
    samples: 900,
    p50Ms: 1,
    p99Ms: 2,
    maxMs: 3,
  };
  const probed = async (value: object): Promise<string> => {
    const { context } = machineWith({ files: { [path]: JSON.stringify(value) } });
    return (await diskLatency.probe(context(from))).state;
  };

  test("believes a measurement for a day, of the same disk, not from the future", async () => {
    expect(await probed(kept)).toBe("satisfied");
    expect(await probed({ ...kept, measuredAt: now - day - 1 })).toBe("needed");
    expect(await probed({ ...kept, measuredAt: now + 1 })).toBe("needed");
    expect(await probed({ ...kept, source: "/dev/sdb1" })).toBe("needed");
    expect(await probed({ what: "else" })).toBe("needed");
  });

  test("keeps what it measured on the machine", async () => {
    const rows = Array.from({ length: 40 }, () => "1500").join("\n");
    const { context, written } = machineWith({ answers: [{ stdout: `perl\t/var/lib/etcd\n${rows}\n` }] });
    const latency = await diskLatency.apply(context(from));
    expect(latency).toMatchObject({ p99Ms: 1.5, mount: "/var/lib/etcd", samples: 40 });
    expect(written.map((file) => [file.path, JSON.parse(String(file.content))])).toEqual([[path, latency]]);
  });

  test("fails with the machine's own words when the disk cannot be written to", async () => {
    const answers = [{ code: 255, stdout: "perl\t/var/lib/etcd\n", stderr: "x: No space left on device\n" }];
    const { context, written } = machineWith({ answers });
    await expect(diskLatency.apply(context(from))).rejects.toMatchObject({
      code: "DISK_LATENCY_UNMEASURED",
      params: { machine: "m1", problem: "x: No space left on device" },
    });
    expect(written).toEqual([]);
  });
});

describe("machine.forget", () => {
  const from = { connect: {} };

  test("says what would be lost, and is satisfied where nothing is", async () => {
    const there = machineWith({ files: mark("prod"), answers: [{ stdout: "folder /etc/slipway\n" }] });
    expect(await forget.probe(there.context(from))).toMatchObject({
      state: "needed",
      loss: { en: "the mark and the measurements in /etc/slipway" },
    });
    expect(await forget.probe(machineWith({}).context(from))).toMatchObject({ state: "satisfied" });
  });

  test("refuses a machine that serves in a cluster, and one that is another cluster's", async () => {
    const serving = machineWith({
      files: mark("prod"),
      answers: [{ stdout: "state kubelet\nfolder /etc/slipway\n" }],
    });
    await expect(forget.apply(serving.context(from))).rejects.toMatchObject({
      code: "MACHINE_IN_USE",
      params: { what: "kubelet" },
    });
    const foreign = machineWith({ files: mark("old") });
    await expect(forget.apply(foreign.context(from))).rejects.toMatchObject({
      code: "MACHINE_BELONGS_TO_ANOTHER",
    });
    expect(serving.scripts).toHaveLength(1);
    expect(foreign.scripts).toEqual([]);
  });
});

describe("machine.inventory", () => {
  const from = { connect: {} };
  const output = collectorOutput(physicalServer);
  const clockOnly = collectorOutput({
    "clock.start": "1795000000700000000",
    "clock.end": "1795000000710000000",
    end: "",
  });

  test("asks for the clock again when the round trip was too slow to be precise, and keeps the best answer", async () => {
    const slow = { ...physicalServer, "clock.end": physicalServer["clock.start"] ?? "" };
    const { context, scripts } = machineWith({
      answers: [{ stdout: collectorOutput(slow) }, { stdout: clockOnly }],
    });
    const { output: facts } = await inventory.probe(context(from));
    expect(scripts).toHaveLength(4);
    expect(facts.time.uncertaintyMs).toBe(196);
  });

  test("asks once when that was precise enough", async () => {
    const precise = { ...physicalServer, "clock.end": "1795000000390000000" };
    const { context, scripts } = machineWith({ answers: [{ stdout: collectorOutput(precise) }] });
    expect((await inventory.probe(context(from))).output.time.uncertaintyMs).toBe(6);
    expect(scripts).toHaveLength(1);
  });

  test("does not take a truncated answer for an inventory", async () => {
    const { context } = machineWith({ answers: [{ stdout: output, truncated: true }] });
    await expect(inventory.probe(context(from))).rejects.toMatchObject({
      code: "FACTS_UNREADABLE",
      machine: "m1",
    });
  });
});
