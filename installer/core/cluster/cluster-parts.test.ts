import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { apiServerFiles, encryptionKeyIn, encryptionConfiguration } from "./api-server.ts";
import { finishScript, joinScript, startScript } from "./kubeadm-scripts.ts";
import { corefile, corednsManifests, dnsAddress } from "./manifests/coredns.ts";
import { flannelManifests } from "./manifests/flannel.ts";
import { localPathManifests } from "./manifests/local-path.ts";
import type { Manifest } from "./manifests/manifest.ts";
import { metricsServerManifests } from "./manifests/metrics-server.ts";
import { smokeManifests } from "./manifests/smoke.ts";
import { isMember, memberStateScript, parseMemberState } from "./member-state.ts";
import { requestedNames } from "./signing-request.ts";
import { yamlDocuments } from "./yaml.ts";

const spec = (rest: object = {}): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "site-a",
    endpoint: { virtualIp: "10.0.0.10" },
    machines: [
      { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
      { name: "n2", address: "10.0.0.12" },
    ],
    ...rest,
  });

const named = (manifests: readonly Manifest[], kind: string): Manifest | undefined =>
  manifests.find((manifest) => manifest.kind === kind);

describe("what goes into a cluster", () => {
  const all: readonly (readonly [string, readonly Manifest[]])[] = [
    ["flannel", flannelManifests(spec(), "flannel:1")],
    ["CoreDNS", corednsManifests({ cluster: spec(), image: "coredns:1", nameservers: [] })],
    ["metrics-server", metricsServerManifests("metrics-server:1")],
    ["local-path", localPathManifests({ provisioner: "local-path:1", helper: "debug:1" })],
    ["the smoke test", smokeManifests("debug:1")],
  ];

  test.each(all)("%s is as it was when it was last tried", (_, manifests) => {
    expect(yamlDocuments(manifests)).toMatchSnapshot();
  });

  test.each(all)("%s comes back from YAML as it was", (_, manifests) => {
    const read = parseAllDocuments(yamlDocuments(manifests)).map((document) => document.toJS() as unknown);
    expect(read).toEqual(JSON.parse(JSON.stringify(manifests)));
  });

  test("flannel does not wait for kube-proxy, and takes the node's own interface", () => {
    const daemon = JSON.stringify(named(flannelManifests(spec(), "flannel:1"), "DaemonSet"));
    expect(daemon).toContain('{"name":"KUBERNETES_SERVICE_HOST","value":"10.0.0.10"}');
    expect(daemon).toContain("--iface=$(HOST_ADDRESS)");
  });

  test("CoreDNS's second replica waits for a second machine, unless there is none", () => {
    const constraint = (cluster: ClusterSpec): string =>
      JSON.stringify(named(corednsManifests({ cluster, image: "c", nameservers: [] }), "Deployment"));
    expect(constraint(spec())).toContain('"minDomains":2');
    const one = spec({ machines: [{ name: "n1", address: "10.0.0.11", roles: ["control-plane"] }] });
    expect(constraint(one)).not.toContain("minDomains");
  });

  test("nothing is asked outside the site: names are forwarded only to the site's own servers", () => {
    const cluster = spec();
    expect(corefile({ cluster, nameservers: [] })).not.toContain("forward");
    expect(corefile({ cluster, nameservers: ["10.0.0.53"] })).toContain("forward . 10.0.0.53 {");
  });

  test("a denial for other names does not stand before the cluster's own names", () => {
    const blocks = corefile({ cluster: spec(), nameservers: [] }).split(/^}$/m);
    expect(blocks.filter((block) => block.includes("kubernetes") && block.includes("template"))).toEqual([]);
  });

  test("the DNS service has the tenth address of the service network", () => {
    expect(dnsAddress("10.96.0.0/16")).toBe("10.96.0.10");
    expect(dnsAddress("192.168.255.0/24")).toBe("192.168.255.10");
  });
});

describe("what an API server reads", () => {
  test("is written as it is read", () => {
    for (const { path, content } of apiServerFiles(spec(), "a2V5")) expect(content).toMatchSnapshot(path);
  });

  test("is for root alone", () => {
    expect(apiServerFiles(spec(), "a2V5").map(({ mode }) => mode)).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  test("gives the encryption key back", () => {
    expect(encryptionKeyIn(encryptionConfiguration("c2VjcmV0a2V5+/=="))).toBe("c2VjcmV0a2V5+/==");
    expect(encryptionKeyIn("kind: Other\n")).toBeUndefined();
  });
});

describe("scripts around kubeadm", () => {
  test.each([
    ["start", startScript],
    ["finish", finishScript],
    ["join", joinScript],
    ["state", memberStateScript],
  ])("%s can be read by a POSIX shell", (_, script) => {
    expect(() => execFileSync("sh", ["-n"], { input: script })).not.toThrow();
  });

  test("never work beside another run of themselves", () => {
    for (const script of [startScript, finishScript, joinScript]) expect(script).toContain("flock -w 300 9");
  });
});

describe("the state of a machine", () => {
  test("is read from what the script prints", () => {
    const state = parseMemberState(
      "stage joined\nca abc\nendpoint 10.0.0.10:6443\npods \nversion v1.37.1\ntrace /etc/kubernetes/kubelet.conf\nkubelet active\nbootstrapped yes\nlive yes\nready yes\n",
    );
    expect(state).toEqual({
      stage: "joined",
      ca: "abc",
      version: "v1.37.1",
      settings: { pods: null, services: null, domain: null, endpoint: "10.0.0.10:6443" },
      traces: ["/etc/kubernetes/kubelet.conf"],
      kubelet: "active",
      bootstrapped: true,
      live: true,
      ready: true,
    });
    expect(isMember(state)).toBe(true);
  });

  test("of an untouched machine is empty", () => {
    const state = parseMemberState("stage \nversion \nkubelet inactive\n");
    expect(state).toMatchObject({ stage: null, ca: null, version: null, traces: [], live: false });
    expect(isMember(state)).toBe(false);
  });

  test("counts a machine as a member only once kubeadm has come to its end", () => {
    expect(isMember({ stage: "founding" })).toBe(false);
    expect(isMember({ stage: "joining" })).toBe(false);
    expect(isMember({ stage: "founded" })).toBe(true);
  });
});

/** Made by openssl 3: CN system:node:n1, names n1 and 10.99.0.11. */
const request = `-----BEGIN CERTIFICATE REQUEST-----
MIIBEDCBuAIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5
c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvUWmHjCNIizl
MOeGHigy27rFBHUN6/0GC0JDfMsMEZmf6NYzAs1iiB6/xax6pMsT/84iCSk50qel
uKGDGiDMKKAmMCQGCSqGSIb3DQEJDjEXMBUwEwYDVR0RBAwwCoICbjGHBApjAAsw
CgYIKoZIzj0EAwIDRwAwRAIgWkgB/k1ZrUhAejHKERX/Q52Y3zzFaNHUIc4FxTPR
BYQCIEkcfdAlwxiRAM8U9bsc74alrSgDPvi3g4PSMGMke/p5
-----END CERTIFICATE REQUEST-----
`;

describe("a certificate signing request", () => {
  test("tells the names it asks for", () => {
    expect(requestedNames(request)).toEqual(["n1", "10.99.0.11"]);
  });

  test("hides no name of another kind", () => {
    expect(
      requestedNames(
        "MIIBHjCBxAIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvUWmHjCNIizlMOeGHigy27rFBHUN6/0GC0JDfMsMEZmf6NYzAs1iiB6/xax6pMsT/84iCSk50qeluKGDGiDMKKAyMDAGCSqGSIb3DQEJDjEjMCEwHwYDVR0RBBgwFoICbjGHEP6AAAAAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwIDSQAwRgIhAPuM0JN66GGOq5kYswRnZ7DM19v6/C8UKSwmGaia79roAiEAhu78pWy0AInaPPgk/Y2t/C8q7xvq7VFRp2pUsC3s+Rc=",
      ),
    ).toEqual(["n1", "87:fe800000000000000000000000000001"]);
  });
});
