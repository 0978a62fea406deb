import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { LabName } from "../../contract/lab.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { clusterSpecOf } from "./cluster-file.ts";
import { addressesOf, inNamespace, portName } from "./layout.ts";
import { forgetFault, recordedFaults, recordFault } from "./fault-records.ts";
import { listLabs, type LabRecord, readRecord, requireMachine, writeRecord } from "./state.ts";
import { withLabLock } from "./lock.ts";

const home = mkdtempSync(join(tmpdir(), "lab-"));
afterAll(() => rmSync(home, { recursive: true }));
const folders = { home, cache: join(home, "cache") };

const recordOf = (count: number): LabRecord => ({
  version: 1,
  name: "site",
  subnet: "10.99.0.0/24",
  base: "base-1",
  machines: Array.from({ length: count }, (_, index) => ({
    name: `n${index + 1}`,
    kind: "container",
    address: addressesOf("10.99.0.0/24").machine(`n${index + 1}`),
  })),
});

describe("the layout of a lab", () => {
  test("gives containers, emulated machines, the appliance and a virtual address places of their own", () => {
    const addresses = addressesOf("192.168.7.0/24");
    const all = [
      addresses.gateway,
      addresses.virtual,
      ...Array.from({ length: 64 }, (_, index) => addresses.machine(`n${index + 1}`)),
      ...Array.from({ length: 8 }, (_, index) => addresses.machine(`v${index + 1}`)),
      ...Array.from({ length: 3 }, (_, index) => addresses.machine(`m${index + 1}`)),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((address) => /^192\.168\.7\.\d+$/.test(address))).toBe(true);
  });

  test.each(["8.8.8.0/24", "10.99.0.0/16", "10.99.0.1/24", "172.32.0.0/24"])(
    "refuses the subnet %s",
    (subnet) => {
      expect(() => addressesOf(subnet)).toThrow("is not a /24 of private addresses");
    },
  );

  test("keeps interface names within the kernel's 15 characters", () => {
    expect(portName("n64").length).toBeLessThanOrEqual(15);
  });

  test("enters a lab's network by argv, so that nothing in a name is ever read by a shell", () => {
    expect(inNamespace("site", ["echo", "a b; c"])).toEqual([
      "nsenter",
      "--net=/run/netns/slipway-site",
      "--",
      "echo",
      "a b; c",
    ]);
    expect(LabName.safeParse("../etc").success).toBe(false);
    expect(LabName.safeParse("a b").success).toBe(false);
  });
});

describe("a lab's record", () => {
  test("is read back as written, and a lab without one is undefined", () => {
    writeRecord(folders, recordOf(2));
    expect(readRecord(folders, "site")).toEqual(recordOf(2));
    expect(readRecord(folders, "other")).toBeUndefined();
    expect(listLabs(folders)).toEqual(["site"]);
  });

  test("names the machines there are when one is asked for that is not", () => {
    expect(() => requireMachine(recordOf(2), "n3")).toThrow("lab site has no machine n3; it has n1, n2");
  });

  test("becomes a valid spec with one control plane below four machines and three from four on", () => {
    const planes = (count: number) =>
      ClusterSpec.parse(clusterSpecOf(folders, recordOf(count))).machines.filter(({ roles }) =>
        roles.includes("control-plane"),
      ).length;
    expect([1, 3, 4, 6].map(planes)).toEqual([1, 1, 3, 3]);
  });

  test("gives control planes that are several the lab's free address as their virtual one", () => {
    const endpoint = (count: number) => ClusterSpec.parse(clusterSpecOf(folders, recordOf(count))).endpoint;
    expect(endpoint(3).virtualIp).toBeUndefined();
    expect(endpoint(4).virtualIp).toBe("10.99.0.10");
  });

  test("shows lasting faults with their figures until they are undone", () => {
    const place = { folders, lab: "site", machine: "n1" };
    recordFault(place, "cut");
    recordFault(place, "slow", "100");
    recordFault(place, "slow", "200");
    expect(recordedFaults(folders, "site", "n1")).toEqual(["cut", "slow 200 kbit/s"]);
    forgetFault(place, "cut");
    forgetFault(place, "cut");
    expect(recordedFaults(folders, "site", "n1")).toEqual(["slow 200 kbit/s"]);
  });
});

describe("the lock on a lab", () => {
  test("keeps a second command waiting, then lets it in", async () => {
    const order: string[] = [];
    const first = withLabLock({ folders, lab: "site" }, async () => {
      order.push("first in");
      await new Promise((wake) => setTimeout(wake, 60));
      order.push("first out");
    });
    const second = withLabLock({ folders, lab: "site" }, async () => order.push("second in"));
    await Promise.all([first, second]);
    expect(order).toEqual(["first in", "first out", "second in"]);
  });

  test("turns a command away when its patience is over", async () => {
    await withLabLock({ folders, lab: "site" }, async () => {
      await expect(
        withLabLock({ folders, lab: "site", patienceMs: 20 }, async () => undefined),
      ).rejects.toMatchObject({ code: "LAB_BUSY" });
    });
  });

  test("is gone with the work, also when that fails", async () => {
    const failing = withLabLock({ folders, lab: "site" }, () => Promise.reject(new Error("work failed")));
    await expect(failing).rejects.toThrow("work failed");
    expect(listLabs(folders)).toEqual(["site"]);
    await withLabLock({ folders, lab: "site", patienceMs: 0 }, async () => undefined);
  });
});
