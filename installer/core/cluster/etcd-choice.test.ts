import { describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { memberIn, restoreParameters } from "./etcd-choice.ts";
import { restoreArguments, survivorsOf } from "./etcd-restore.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    { name: "n1", address: "10.0.0.11", nodeIp: "10.1.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12", roles: ["control-plane"] },
    { name: "n3", address: "10.0.0.13", roles: ["control-plane"] },
    { name: "n4", address: "10.0.0.14" },
  ],
});

const judged = (parameters: object) => restoreParameters({ cluster, parameters, applied: cluster });

describe("what a restore is asked for", () => {
  test("is a snapshot, or the member of a machine that is left", () => {
    expect(judged({ snapshot: "20260101T000000Z-n1", dead: ["n2", "n2"] })).toEqual({
      snapshot: "20260101T000000Z-n1",
      dead: ["n2"],
    });
    expect(memberIn("member:n1")).toBe("n1");
    expect(memberIn("20260101T000000Z-n1")).toBeUndefined();
  });

  test.each([
    ["nothing", {}, "USAGE"],
    ["a path", { snapshot: "../secrets" }, "USAGE"],
    ["a stranger's loss", { snapshot: "a", dead: ["n9"] }, "MACHINE_NOT_A_MEMBER"],
    ["the member of a lost machine", { snapshot: "member:n2", dead: ["n2"] }, "USAGE"],
    ["the member of a worker", { snapshot: "member:n4" }, "USAGE"],
    ["a cluster without a control plane", { snapshot: "a", dead: ["n1", "n2", "n3"] }, "USAGE"],
    ["something else", { snapshot: "a", why: "because" }, "USAGE"],
  ])("is refused when it is %s", (...[, parameters, code]) => {
    expect(() => judged(parameters)).toThrow(expect.objectContaining({ code }));
  });
});

describe("the members of a restored cluster", () => {
  test("are the control planes that are left, at the addresses of the cluster's own network", () => {
    const survivors = survivorsOf(cluster, ["n3"]);
    const [machine] = survivors;
    if (machine === undefined) throw new Error("n1 is left");
    const wanted = { operation: "op-0000000001", snapshot: "s", kind: "manual", machine, survivors };
    expect(restoreArguments(wanted)).toEqual([
      "op-0000000001",
      "s",
      "manual",
      "n1",
      "https://10.1.0.11:2380",
      "n1=https://10.1.0.11:2380,n2=https://10.0.0.12:2380",
    ]);
  });
});
