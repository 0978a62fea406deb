import { describe, expect, test } from "vitest";
import { parseClusterSpec } from "./parse.ts";

/** A spec of three control planes and a worker, with lines of a test put in or changed. */
const spec = (
  changes: { readonly machines?: string; readonly rest?: string } = {},
): string => `apiVersion: slipway/v1
kind: Cluster
name: site-a
bundle: "1.37"
${changes.rest ?? "endpoint: { virtualIp: 10.0.0.10 }"}
machines:
${
  changes.machines ??
  `  - { name: n1, address: 10.0.0.11, roles: [control-plane] }
  - { name: n2, address: 10.0.0.12, roles: [control-plane] }
  - { name: n3, address: 10.0.0.13, roles: [control-plane] }
  - { name: n4, address: 10.0.0.14 }`
}
`;

const one = "  - { name: n1, address: 10.0.0.11, roles: [control-plane] }";
const two = `${one}\n  - { name: n2, address: 10.0.0.12, roles: [control-plane] }`;

const told = (text: string): string[] => {
  const result = parseClusterSpec(text);
  return (result.valid ? result.warnings : result.problems).map(
    ({ line, path, message }) => `${line} ${path}: ${message.en}`,
  );
};

describe("the shortest spec", () => {
  test("is a name, a bundle and addresses with roles; machines are named after their addresses", () => {
    const result = parseClusterSpec(`apiVersion: slipway/v1
kind: Cluster
name: site-a
bundle: "1.37"
machines:
  - { address: 10.0.0.11, roles: [control-plane] }
  - address: 10.0.0.12
`);
    expect(result).toMatchObject({
      valid: true,
      warnings: [],
      cluster: {
        machines: [
          { name: "node-10-0-0-11", roles: ["control-plane"] },
          { name: "node-10-0-0-12", roles: ["worker"] },
        ],
        encryption: { secrets: true },
      },
    });
  });
});

describe("a cluster that could not work", () => {
  test.each<[string, string, string]>([
    [
      "no machine that serves as control plane",
      spec({ machines: "  - { name: n1, address: 10.0.0.11 }", rest: "" }),
      "7 machines: no machine serves",
    ],
    [
      "several control planes without an endpoint",
      spec({ rest: "endpoint: {}" }),
      "5 endpoint: 3 control planes need",
    ],
    [
      "several control planes and not a word about the endpoint",
      spec({ rest: "" }),
      "1 endpoint: 3 control planes need",
    ],
    [
      "a virtual address and a load balancer",
      spec({ rest: "endpoint: { virtualIp: 10.0.0.10, loadBalancer: lb.site }" }),
      "5 endpoint.loadBalancer: both",
    ],
    [
      "the virtual address of a machine",
      spec({ rest: "endpoint: { virtualIp: 10.0.0.12 }" }),
      "5 endpoint.virtualIp: is the address of machines[1] (n2)",
    ],
    [
      "a virtual address inside the pod network",
      spec({ rest: "endpoint: { virtualIp: 10.244.1.1 }" }),
      "5 endpoint.virtualIp: lies inside network.pods",
    ],
    [
      "a virtual address inside the service network",
      spec({ rest: "endpoint: { virtualIp: 10.96.0.1 }" }),
      "5 endpoint.virtualIp: lies inside network.services",
    ],
    [
      "pods and services in overlapping networks",
      spec({ machines: one, rest: "network: { pods: 10.0.0.0/8, services: 10.96.0.0/16 }" }),
      "5 network.services: overlaps the pod network",
    ],
    [
      "a service network that the API server refuses",
      spec({ machines: one, rest: "network: { services: 172.0.0.0/8 }" }),
      "5 network.services: the API server takes no larger one",
    ],
    [
      "a pod network without room for a node",
      spec({ machines: one, rest: "network: { pods: 172.20.0.0/25 }" }),
      "5 network.pods: every node takes",
    ],
    [
      "a machine listed twice by name",
      spec({ machines: `${one}\n  - { name: n1, address: 10.0.0.12 }`, rest: "" }),
      "8 machines[1].name: machines[0] has this name",
    ],
    [
      "a machine listed twice by address",
      spec({ machines: `${one}\n  - { name: n2, address: 10.0.0.11 }`, rest: "" }),
      "8 machines[1].address: machines[0] has this address",
    ],
    [
      "a node address that is another machine's",
      spec({ machines: `${one}\n  - { name: n2, address: 10.0.0.12, nodeIp: 10.0.0.11 }`, rest: "" }),
      "8 machines[1].nodeIp: machines[0] has this address",
    ],
    [
      "a patch that is not YAML",
      spec({ machines: one, rest: "kubeadm: { patches: [{ target: etcd, patch: 'a: [' }] }" }),
      "5 kubeadm.patches[0].patch: its text is not valid YAML",
    ],
    [
      "a JSON patch that is none",
      spec({ machines: one, rest: "kubeadm: { patches: [{ target: etcd, type: json, patch: 'a: b' }] }" }),
      "5 kubeadm.patches[0].patch: is not a JSON patch",
    ],
    [
      "a patch for a machine that is not there",
      spec({
        machines: one,
        rest: "kubeadm: { patches: [{ target: etcd, patch: 'a: b', machines: [n7] }] }",
      }),
      "5 kubeadm.patches[0].machines[0]: there is no such machine",
    ],
    [
      "an audit policy of another kind",
      spec({ machines: one, rest: "audit: { policy: 'kind: ConfigMap' }" }),
      "5 audit.policy: is not an audit policy",
    ],
    [
      "an audit policy whose rules have no level",
      spec({
        machines: one,
        rest: `audit: { policy: '{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{}]}' }`,
      }),
      "5 audit.policy: needs rules",
    ],
    [
      "a registry user without a password",
      spec({ machines: one, rest: "registry: { external: { address: reg.site, user: puller } }" }),
      "5 registry.external: password is missing",
    ],
  ])("with %s is refused with the field and the reason", (_, text, expected) => {
    const result = parseClusterSpec(text);
    expect(result.valid).toBe(false);
    expect(told(text).filter((line) => line.startsWith(expected))).toHaveLength(1);
    for (const { message, allowed } of result.valid ? [] : result.problems) {
      expect(message["zh-CN"]).toMatch(/[一-鿿]/);
      expect(allowed["zh-CN"]).not.toBe("");
    }
  });

  test("is told everything at once", () => {
    expect(
      told(
        spec({
          rest: "endpoint: { virtualIp: 10.0.0.12, loadBalancer: lb }",
          machines: `${two}\n  - { name: n1, address: 10.0.0.12 }`,
        }),
      ),
    ).toHaveLength(5);
  });
});

describe("an unwise spec", () => {
  test("with an even number of control planes is accepted with a warning that says why", () => {
    const result = parseClusterSpec(spec({ machines: two }));
    expect(result.valid).toBe(true);
    expect(told(spec({ machines: two }))).toEqual([
      "7 machines: 2 control planes survive the loss of 0, as 1 do: the last one adds only a machine that can fail",
    ]);
  });
});

describe("a spec in full", () => {
  test("of one control plane needs no endpoint, one of three may stand behind a load balancer", () => {
    expect(told(spec({ machines: one, rest: "" }))).toEqual([]);
    expect(told(spec({ rest: "endpoint: { loadBalancer: api.site, port: 443 }" }))).toEqual([]);
  });

  test("takes patches, an audit policy, an external registry, node addresses and an MTU", () => {
    const rest = `
kubeadm:
  patches:
    - target: kube-apiserver
      patch: |
        # 注释
        metadata: { labels: { a: b } }
    - { target: etcd, type: json, machines: [n1], patch: '[{"op":"add","path":"/a","value":1}]' }
audit: { policy: '{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"Metadata"}]}', days: 7 }
registry: { external: { address: "reg.site:5000", path: kube, user: puller, password: "secret:reg" } }
network: { mtu: 1400 }
encryption: { secrets: false }`;
    const machines =
      "  - { name: n1, address: 10.0.0.11, nodeIp: 10.1.0.11, interface: eno1, kubelet: { maxPods: 50 }, roles: [control-plane] }";
    expect(told(spec({ machines, rest }))).toEqual([]);
  });
});
