import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { nodePatch, parseSettingLines, wantedSettings } from "./node-settings.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n4", address: "10.0.0.14", labels: { "example.com/rack": "r1" } },
  ],
});

describe("labels and taints of a node", () => {
  const machine = cluster.machines.find(({ name }) => name === "n4");
  if (machine === undefined) throw new Error("the cluster has no n4");
  const wanted = wantedSettings(cluster, machine);
  const bare = { name: "n4", resourceVersion: "7", labels: { theirs: "1" }, taints: [], owned: undefined };
  const owned = '{"labels":["example.com/rack","node-role.kubernetes.io/worker"],"taints":[]}';
  const settled = { ...bare, labels: { theirs: "1", ...wanted.labels }, owned };

  test("are those of its roles and the spec, and are left alone once they stand", () => {
    expect(nodePatch(bare, wanted)?.metadata).toEqual({
      resourceVersion: "7",
      labels: { "node-role.kubernetes.io/worker": "", "example.com/rack": "r1" },
      annotations: { "slipway.io/owned": owned },
    });
    expect(nodePatch(settled, wanted)).toBeUndefined();
  });

  test("go when the spec no longer names them, and only if Slipway had set them", () => {
    expect(nodePatch(settled, { labels: {}, taints: [] })?.metadata.labels).toEqual({
      "node-role.kubernetes.io/worker": null,
      "example.com/rack": null,
    });
  });

  test("keep the taints of others beside those of the spec", () => {
    const theirs = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
    const ours = { key: "dedicated", value: "db", effect: "NoSchedule" };
    const tainted = nodePatch({ ...settled, taints: [theirs] }, { ...wanted, taints: [ours] });
    expect(tainted?.spec?.taints).toEqual([theirs, ours]);
    const before = {
      ...settled,
      taints: [theirs, ours],
      owned: owned.replace('"taints":[]', '"taints":["dedicated:NoSchedule"]'),
    };
    expect(nodePatch(before, wanted)?.spec?.taints).toEqual([theirs]);
  });

  test("of a control plane that becomes a worker too lose the taint that kubeadm gave it", () => {
    const taint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };
    expect(nodePatch({ ...bare, taints: [taint] }, { labels: {}, taints: [] })?.spec?.taints).toEqual([]);
  });

  test("are read from kubectl's lines", () => {
    expect(
      parseSettingLines(
        'n4\t7\t{"a":"b"}\t[{"effect":"NoSchedule","key":"k"}]\t{"labels":[]}\nn5\t8\t{}\t\t\n',
      ),
    ).toEqual([
      {
        name: "n4",
        resourceVersion: "7",
        labels: { a: "b" },
        taints: [{ key: "k", effect: "NoSchedule" }],
        owned: '{"labels":[]}',
      },
      { name: "n5", resourceVersion: "8", labels: {}, taints: [], owned: undefined },
    ]);
  });
});
