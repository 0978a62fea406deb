import { describe, expect, test } from "vitest";
import { blankDisk, blankFacts } from "../../../test/fakes/installer-client.ts";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { noSite } from "../../../test/fakes/engine.ts";
import type { MetalDisk } from "../../contract/metal/facts.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import type { Metal, MetalView } from "../../core/ports/metal.ts";
import type { Remote } from "../../core/ports/remote.ts";
import type { InstallJob } from "../../core/provision/records.ts";
import { awaitMachine } from "./await.ts";
import { boot } from "./boot.ts";
import { install } from "./install.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site",
  machines: [
    { name: "n1", address: "10.0.0.1", roles: ["control-plane"] },
    { name: "w1", address: "10.0.0.2", metal: { serial: "SN-0001" } },
  ],
});

const nothing: MetalView = {
  version: 1,
  mac: "52:54:00:77:00:01",
  facts: undefined,
  helloAt: undefined,
  hops: [],
  finding: undefined,
  job: undefined,
  agreed: [],
  duplicates: [],
  otherServers: [],
};

/** A step on w1 that sees these views one after another, and a machine whose SSH answers as told. */
const stepOn = (
  views: readonly MetalView[],
  { login, from = {} }: { login?: string; from?: object } = {},
): { context: StepContext<never>; given: MetalDisk[] } => {
  const given: MetalDisk[] = [];
  const left = [...views];
  const last = (): MetalView => (left.length > 1 ? left.shift() : left[0]) ?? nothing;
  const metal: Metal = {
    expect: async () => undefined,
    view: async () => last(),
    changed: async () => undefined,
    install: async (_target, disk) => {
      given.push(disk);
      return { id: "job-1" } as InstallJob;
    },
    release: async () => undefined,
  };
  const remote = {
    login: async () => {
      if (login !== undefined) throw new SlipwayError(login as "HOST_UNREACHABLE", {});
      return { hostKey: "k", firstSeen: false, user: "root", serverVersion: "s" };
    },
  } as unknown as Remote;
  const context = {
    machine: cluster.machines[1],
    target: "w1",
    cluster,
    parameters: {},
    operation: { id: "op-0000000001", by: "me" },
    from,
    ports: { ...noSite, clock: new FakeClock(), remote, metal },
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    waiting: () => undefined,
  } as unknown as StepContext<never>;
  return { context, given };
};

const foreign = blankDisk({
  serial: "OLD-1",
  signatures: [
    {
      device: "vda1",
      offset: 1_048_576,
      type: "ext4",
      usage: "filesystem",
      label: "home",
      uuid: "u",
      sizeBytes: 1e9,
      lastMount: "/home",
    },
  ],
});

describe("a blank machine of a spec", () => {
  test("is the only kind that the metal steps run on", () => {
    expect(awaitMachine.on(cluster, {})).toEqual(["w1"]);
  });

  test("is to be switched on, and the plan says which disk is written and what is lost", async () => {
    const unseen = await awaitMachine.probe(stepOn([nothing], { login: "HOST_UNREACHABLE" }).context);
    expect(unseen).toMatchObject({
      state: "needed",
      why: { en: expect.stringContaining("serial SN-0001") as string },
    });
    const seen = { ...nothing, facts: blankFacts({ disks: [foreign] }) };
    const verdict = await awaitMachine.probe(stepOn([seen], { login: "HOST_UNREACHABLE" }).context);
    expect(verdict).toMatchObject({
      why: { en: expect.stringMatching(/serial OLD-1.*refused.*ext4 "home"/) as string },
    });
  });

  test("is never installed again when it answers over SSH, or when a stranger answers in its place", async () => {
    expect(await awaitMachine.probe(stepOn([nothing]).context)).toMatchObject({
      output: { installed: true },
    });
    for (const login of ["HOST_AUTH_FAILED", "HOST_KEY_CHANGED"]) {
      await expect(awaitMachine.probe(stepOn([nothing], { login }).context)).rejects.toMatchObject({
        code: login,
      });
    }
  });

  test("that cannot be told from another one is not installed", async () => {
    const twin = {
      ...nothing,
      facts: blankFacts(),
      helloAt: Infinity,
      duplicates: [{ what: "serial" as const, value: "SN-0001", others: ["b"] }],
    };
    await expect(boot.apply(stepOn([twin]).context)).rejects.toMatchObject({ code: "METAL_DUPLICATE" });
  });
});

describe("the disk of a blank machine", () => {
  const from = { booted: { installed: false } };

  test("that holds data is refused with what it holds, until its serial number was typed", async () => {
    const view = { ...nothing, facts: blankFacts({ disks: [foreign] }) };
    const refused = stepOn([view], { from });
    await expect(install.apply(refused.context)).rejects.toMatchObject({ code: "DISK_FOREIGN" });
    await expect(
      install.apply(stepOn([{ ...view, agreed: ["DISK-1"] }], { from }).context),
    ).rejects.toMatchObject({
      code: "DISK_FOREIGN",
    });
    expect(refused.given).toEqual([]);
    const job = { id: "job-1", state: "written", disk: { name: "vda", serial: "OLD-1" } } as InstallJob;
    const agreed = stepOn(
      [
        { ...view, agreed: ["OLD-1"] },
        { ...view, job },
      ],
      { from },
    );
    expect(await install.apply(agreed.context)).toMatchObject({ disk: "vda", serial: "OLD-1" });
    expect(agreed.given.map(({ serial }) => serial)).toEqual(["OLD-1"]);
  });

  test("that failed is told by the installer's own code", async () => {
    const job = {
      id: "job-1",
      machine: "w1",
      state: "failed",
      step: "write-image",
      disk: { name: "vda", serial: "DISK-1" },
      failure: { code: "DISK_WRITE_FAILED", message: "I/O error" },
    } as InstallJob;
    const view = { ...nothing, facts: blankFacts() };
    await expect(install.apply(stepOn([view, { ...view, job }], { from }).context)).rejects.toMatchObject({
      code: "DISK_WRITE_FAILED",
      params: { machine: "w1", problem: "I/O error" },
    });
  });
});
