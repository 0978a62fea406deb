import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, apiServerNames, taintsOf } from "./endpoint.ts";
import { discoveryFile, initFile, joinFile, type MemberSettings } from "./kubeadm.ts";
import { kubeadmPatches } from "./kubelet.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12", roles: ["control-plane"] },
    { name: "n3", address: "10.0.0.13" },
  ],
});

const settings = (index: number, spec = cluster): MemberSettings => {
  const machine = spec.machines[index];
  if (machine === undefined) throw new Error("no such machine");
  return {
    cluster: spec,
    machine,
    cgroupV1: false,
    bootstrapToken: "abcdef.0123456789abcdef",
    certificateKey: "0".repeat(63) + "1",
    etcdTag: "3.7.0-0",
  };
};

const documents = (content: string): readonly Record<string, unknown>[] =>
  parseAllDocuments(content).map((document) => document.toJS() as Record<string, unknown>);

describe("kubeadm's configuration", () => {
  test("of the first control plane is written as kubeadm reads it", () => {
    expect(initFile(settings(0))).toMatchSnapshot();
  });

  test("of a joining control plane and of a worker are written as kubeadm reads them", () => {
    expect(joinFile(settings(1))).toMatchSnapshot("control plane");
    expect(joinFile(settings(2))).toMatchSnapshot("worker");
  });

  test("keeps a key that consists of digits a string", () => {
    expect(documents(joinFile(settings(1)))[0]).toMatchObject({
      controlPlane: { certificateKey: "0".repeat(63) + "1" },
    });
  });

  test("asks kubeadm to leave control groups alone only where the machine has nothing but version 1", () => {
    expect(initFile(settings(0))).not.toContain("SystemVerification");
    expect(initFile({ ...settings(0), cgroupV1: true })).toContain("SystemVerification");
    expect(initFile({ ...settings(0), cgroupV1: true })).not.toContain("failCgroupV1");
    const machine = { name: "n1" };
    expect(kubeadmPatches({ cluster, machine, cgroupV1: false })).toEqual([]);
    expect(kubeadmPatches({ cluster, machine, cgroupV1: true }).map(({ content }) => content)).toEqual([
      "failCgroupV1: false\n",
    ]);
  });

  test("lets joiners find the API with credentials, since nobody is answered without", () => {
    const [config] = documents(
      discoveryFile({
        server: "https://10.0.0.10:6443",
        ca: "PEM\n",
        bootstrapToken: "abcdef.0123456789abcdef",
      }),
    );
    expect(config).toMatchObject({
      clusters: [
        { cluster: { server: "https://10.0.0.10:6443", "certificate-authority-data": btoa("PEM\n") } },
      ],
      users: [{ user: { token: "abcdef.0123456789abcdef" } }],
    });
  });
});

describe("the API's endpoint", () => {
  const withEndpoint = (endpoint: object): ClusterSpec => ClusterSpec.parse({ ...cluster, endpoint });

  test("is the virtual address, a load balancer, or the only control plane", () => {
    expect(apiEndpoint(withEndpoint({ virtualIp: "10.0.0.10", port: 8443 }))).toEqual({
      kind: "virtual-ip",
      host: "10.0.0.10",
      port: 8443,
      bindPort: 8443,
    });
    expect(apiEndpoint(withEndpoint({ loadBalancer: "api.site", port: 443 }))).toEqual({
      kind: "load-balancer",
      host: "api.site",
      port: 443,
      bindPort: 6443,
    });
    expect(apiEndpoint(withEndpoint({}))).toMatchObject({ kind: "machine", host: "10.0.0.11" });
  });

  test("and every control plane are in the API's certificate", () => {
    expect(apiServerNames(cluster)).toEqual([
      "10.0.0.10",
      "10.0.0.11",
      "n1",
      "10.0.0.12",
      "n2",
      "127.0.0.1",
      "localhost",
    ]);
  });
});

describe("taints", () => {
  const taints = (machines: object[]): readonly (readonly { key: string }[])[] => {
    const spec = ClusterSpec.parse({ ...cluster, machines });
    return spec.machines.map((machine) => taintsOf(spec, machine));
  };
  const machine = (name: string, rest: object): object => ({ name, address: "10.0.0.1", ...rest });

  test("keep pods off control planes, unless they are workers too or there is no worker", () => {
    const tainted = [{ key: "node-role.kubernetes.io/control-plane", value: "", effect: "NoSchedule" }];
    expect(taints([machine("a", { roles: ["control-plane"] }), machine("b", {})])).toEqual([tainted, []]);
    expect(taints([machine("a", { roles: ["control-plane", "worker"] })])).toEqual([[]]);
    expect(taints([machine("a", { roles: ["control-plane"] })])).toEqual([[]]);
  });

  test("are the spec's where it names any, also none", () => {
    expect(taints([machine("a", { roles: ["control-plane"], taints: [] }), machine("b", {})])[0]).toEqual([]);
  });
});
