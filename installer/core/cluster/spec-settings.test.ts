import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { apiServerFiles } from "./api-server.ts";
import { apiServerNames } from "./endpoint.ts";
import { initFile, type MemberSettings } from "./kubeadm.ts";
import { kubeadmPatches } from "./kubelet.ts";
import { flannelManifests } from "./manifests/flannel.ts";
import { kubernetesPaths } from "./paths.ts";
import { versionSkew } from "./version-skew.ts";

const spec = (rest: object = {}, machine: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "site-a",
    machines: [
      { name: "n1", address: "10.0.0.11", roles: ["control-plane"], ...machine },
      { name: "n2", address: "10.0.0.12" },
    ],
    ...rest,
  });

const first = (cluster: ClusterSpec) => {
  const [machine] = cluster.machines;
  if (machine === undefined) throw new Error("no machine");
  return machine;
};

const settings = (cluster: ClusterSpec): MemberSettings => ({
  cluster,
  machine: first(cluster),
  cgroupV1: false,
  bootstrapToken: "abcdef.0123456789abcdef",
  certificateKey: "0".repeat(64),
  etcdTag: "3.7.0-0",
});

const fileAt = (cluster: ClusterSpec, path: string): string =>
  apiServerFiles(cluster, "a2V5").find((file) => file.path === path)?.content ?? "";

describe("patches for kubeadm", () => {
  const patches = [
    { target: "kube-apiserver", patch: "metadata: {}\n" },
    { target: "etcd", type: "json", machines: ["n2"], patch: "[]\n" },
    { target: "kubeletconfiguration", type: "merge", patch: "maxPods: 7\n" },
  ];

  test("are named as kubeadm reads them, in the spec's order, and only on the machines they are for", () => {
    const cluster = spec({ kubeadm: { patches } });
    expect(kubeadmPatches({ cluster, machine: { name: "n1" }, cgroupV1: false })).toEqual([
      { path: `${kubernetesPaths.patches}/kube-apiserver100+strategic.yaml`, content: "metadata: {}\n" },
      { path: `${kubernetesPaths.patches}/kubeletconfiguration102+merge.yaml`, content: "maxPods: 7\n" },
    ]);
    expect(
      kubeadmPatches({ cluster, machine: { name: "n2" }, cgroupV1: false }).map(({ path }) => path),
    ).toContain(`${kubernetesPaths.patches}/etcd101+json.yaml`);
  });

  test("carry what a machine overrides of the kubelet section", () => {
    const cluster = spec({}, { kubelet: { maxPods: 50, systemReserved: { memory: "2Gi" } } });
    const [patch] = kubeadmPatches({ cluster, machine: first(cluster), cgroupV1: true });
    expect(parseAllDocuments(patch?.content ?? "")[0]?.toJS()).toEqual({
      failCgroupV1: false,
      maxPods: 50,
      systemReserved: { memory: "2Gi" },
    });
  });
});

describe("the API server", () => {
  test("writes its audit log by the spec's own policy and limits", () => {
    const policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n";
    const cluster = spec({ audit: { policy, days: 7, files: 3, megabytes: 50 } });
    expect(fileAt(cluster, kubernetesPaths.auditPolicy)).toBe(policy);
    const configuration = initFile(settings(cluster));
    expect(configuration).toMatch(/name: "?audit-log-maxage"?\n\s+value: "7"/);
    expect(configuration).toMatch(/name: "?audit-log-maxbackup"?\n\s+value: "3"/);
    expect(configuration).toMatch(/name: "?audit-log-maxsize"?\n\s+value: "50"/);
  });

  test("encrypts secrets unless told otherwise, and can always read what it encrypted", () => {
    const providers = (cluster: ClusterSpec): string[] => {
      const [document] = parseAllDocuments(fileAt(cluster, kubernetesPaths.encryption));
      const data = document?.toJS() as { resources: { providers: object[] }[] } | undefined;
      return (data?.resources[0]?.providers ?? []).flatMap((provider) => Object.keys(provider));
    };
    expect(providers(spec())).toEqual(["secretbox", "identity"]);
    expect(providers(spec({ encryption: { secrets: false } }))).toEqual(["identity", "secretbox"]);
  });

  test("listens at the machine's address for the cluster's own traffic, and is known by both", () => {
    const cluster = spec({}, { nodeIp: "10.1.0.11" });
    const configuration = initFile(settings(cluster));
    expect(configuration).toMatch(/advertiseAddress: "?10\.1\.0\.11/);
    expect(configuration).toMatch(/name: "?node-ip"?\n\s+value: "?10\.1\.0\.11/);
    expect(apiServerNames(cluster)).toEqual(expect.arrayContaining(["10.0.0.11", "10.1.0.11"]));
  });
});

describe("the pod network", () => {
  test("gets the MTU of the spec, and flannel's own where there is none", () => {
    const text = (cluster: ClusterSpec): string => JSON.stringify(flannelManifests(cluster, "flannel:1"));
    expect(text(spec({ network: { mtu: 1400 } }))).toContain(String.raw`\"mtu\": 1400`);
    expect(text(spec())).not.toContain("mtu");
  });
});

describe("a version other than the one that runs", () => {
  test.each([
    ["v1.37.1", "v1.37.1", undefined],
    ["v1.37.10", "v1.37.9", "downgrade"],
    ["v1.37.1", "v1.36.9", "downgrade"],
    ["v1.37.1", "v1.37.2", "differs"],
    ["v1.37.9", "v1.38.0", "differs"],
    ["v1.37.1", "v1.39.0", "minor-skipped"],
    ["v1.37.1", "v2.0.0", "minor-skipped"],
  ])("%s -> %s is %s", (running, wanted, expected) => {
    expect(versionSkew(running, wanted)).toBe(expected);
  });
});
