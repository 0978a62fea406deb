import { describe, expect, test } from "vitest";
import { FakeLab } from "../../test/fakes/lab.ts";
import type { LabProgress } from "../contract/lab.ts";
import { createLabService } from "./lab.ts";

const request = { name: "site", machines: 2, vms: 1, subnet: "10.99.0.0/24" };
const watch = { signal: new AbortController().signal, onProgress: () => undefined };

describe("lab service", () => {
  test("reports each machine that comes up, with a total", async () => {
    const seen: LabProgress[] = [];
    await createLabService(new FakeLab()).up(request, { ...watch, onProgress: (step) => seen.push(step) });
    expect(seen.map(({ machine, done, total }) => [machine, done, total])).toEqual([
      ["n1", 1, 3],
      ["n2", 2, 3],
      ["v1", 3, 3],
    ]);
  });

  test("says that a lab is unknown before it gives a command that would fail in it", async () => {
    const service = createLabService(new FakeLab());
    await expect(service.insideCommand("site", ["true"])).rejects.toMatchObject({ code: "LAB_UNKNOWN" });
    await expect(service.clusterFile("site")).rejects.toMatchObject({ code: "LAB_UNKNOWN" });
    await service.up(request, watch);
    expect(await service.insideCommand("site", ["true"])).toEqual([
      "nsenter",
      "--net=/run/netns/slipway-site",
      "--",
      "true",
    ]);
  });

  test("passes faults on to the machine they are meant for", async () => {
    const lab = new FakeLab();
    const service = createLabService(lab);
    await service.up(request, watch);
    await service.fault({ name: "site", machine: "n2" }, { type: "cut" });
    expect(lab.faults).toEqual(["site/n2 cut"]);
    await expect(service.fault({ name: "site", machine: "n9" }, { type: "cut" })).rejects.toMatchObject({
      code: "LAB_MACHINE_UNKNOWN",
      params: { known: "n1, n2, v1" },
    });
  });
});
