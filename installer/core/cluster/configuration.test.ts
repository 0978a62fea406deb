import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { correctedCluster, correctedKubelet } from "./configuration.ts";
import { clusterSettings } from "./kubeadm.ts";
import { kubeletConfiguration } from "./kubelet.ts";
import { controlPlaneSettings, kubeletSettings } from "./member-settings.ts";
import { yamlDocuments } from "./yaml.ts";

const clusterWith = (over: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "prod",
    endpoint: { virtualIp: "10.0.0.10" },
    machines: [
      { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
      { name: "n2", address: "10.0.0.12" },
    ],
    ...over,
  });

/** What kubeadm makes of a spec: what is false is left out, lengths of time are Go's, other things are filled in. */
const kept = (cluster: ClusterSpec): string => {
  const { apiServer, ...others } = clusterSettings(cluster);
  return yamlDocuments([
    {
      ...others,
      certificateValidityPeriod: "8760h0m0s",
      apiServer: {
        ...apiServer,
        certSANs: apiServer.certSANs.toReversed(),
        extraVolumes: apiServer.extraVolumes.map(({ readOnly, ...volume }) =>
          readOnly ? { ...volume, readOnly } : volume,
        ),
      },
      etcd: { local: { dataDir: "/var/lib/etcd" } },
    },
  ]);
};

describe("what kubeadm keeps of the cluster", () => {
  test("is left alone while the spec says the same, however kubeadm wrote it", () => {
    expect(correctedCluster(kept(clusterWith()), clusterWith())).toBeUndefined();
    const live = yamlDocuments([{ ...kubeletConfiguration(clusterWith()), clusterDomain: "cluster.local" }]);
    expect(correctedKubelet(live, clusterWith())).toBeUndefined();
  });

  test("is left alone when it cannot be read", () => {
    expect(correctedCluster("", clusterWith())).toBeUndefined();
    expect(correctedKubelet("- a\n- b\n", clusterWith())).toBeUndefined();
  });

  test("gets the spec's flags and lifetimes, and keeps what kubeadm filled in", () => {
    const cluster = clusterWith({ audit: { days: 31 }, certificates: { validity: "90m" } });
    const correction = correctedCluster(kept(clusterWith()), cluster);
    expect(correction?.fields).toEqual([
      "apiServer.extraArgs",
      "controllerManager.extraArgs",
      "certificateValidityPeriod",
    ]);
    const content = parse(correction?.content ?? "") as Record<string, unknown>;
    expect(content).toMatchObject({
      certificateValidityPeriod: "90m",
      etcd: { local: { dataDir: "/var/lib/etcd" } },
    });
    expect(JSON.stringify(content)).toContain('{"name":"audit-log-maxage","value":"31"}');
  });

  test("gets and loses reservations for the system", () => {
    const reserved = clusterWith({ kubelet: { systemReserved: { memory: "1Gi" } } });
    const plain = yamlDocuments([kubeletConfiguration(clusterWith())]);
    const added = correctedKubelet(plain, reserved);
    expect(added?.fields).toEqual(["systemReserved"]);
    expect(parse(added?.content ?? "")).toMatchObject({ systemReserved: { memory: "1Gi" } });
    expect(correctedKubelet(added?.content ?? "", reserved)).toBeUndefined();
    const removed = correctedKubelet(added?.content ?? "", clusterWith());
    expect(removed?.fields).toEqual(["systemReserved"]);
    expect(parse(removed?.content ?? "")).not.toHaveProperty("systemReserved");
  });
});

describe("what a machine was made from", () => {
  const made = (over: object, cgroupV1 = false) => {
    const cluster = clusterWith(over);
    const [machine] = cluster.machines;
    if (machine === undefined) throw new Error("no machine");
    const member = { cluster, machine, cgroupV1 };
    return { kubelet: kubeletSettings(member).content, pods: controlPlaneSettings(member).content };
  };
  const plain = made({});
  const patch = (target: string): object => ({ kubeadm: { patches: [{ target, patch: "a: b\n" }] } });

  test.each([
    ["a reservation", { kubelet: { kubeReserved: { cpu: "100m" } } }, true, false],
    ["a patch of kubelet", patch("kubeletconfiguration"), true, false],
    ["a patch of the scheduler", patch("kube-scheduler"), false, true],
    ["how long audit logs are kept", { audit: { files: 3 } }, false, true],
    ["how long certificates last", { certificates: { validity: "24h" } }, false, true],
    ["a patch of etcd, which no member takes later", patch("etcd"), false, false],
    [
      "a label",
      { machines: [{ name: "n1", address: "10.0.0.11", roles: ["control-plane"], labels: { a: "b" } }] },
      false,
      false,
    ],
  ])("changes with %s where that is read", (...[, over, kubelet, pods]) => {
    const now = made(over);
    expect([now.kubelet !== plain.kubelet, now.pods !== plain.pods]).toEqual([kubelet, pods]);
  });

  test("stays the same for the static pods when another control plane comes", () => {
    const third = { name: "n3", address: "10.0.0.13", roles: ["control-plane"] };
    const { machines } = clusterWith();
    expect(made({ machines: [...machines, third] }).pods).toBe(plain.pods);
  });
});
