import { describe, expect, test } from "vitest";
import type { Release, ReleaseFile, ReleaseImage } from "../ports/release.ts";
import { architectureOf } from "./architecture.ts";
import { containerdConfig } from "./containerd.ts";
import { mergeRecords, settingHolds } from "./host-settings.ts";
import { firstImagesFor, imagesFor } from "./images.ts";
import { externalMirror, mirrorFiles, registryOrder, upstreamsOf } from "./mirrors.ts";
import { programsFor } from "./programs.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

const image = (component: string, name: string): ReleaseImage => ({
  name,
  component,
  digest: digest("a"),
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  manifests: [],
  blobs: [],
});

const file = (component: string, name: string): ReleaseFile => ({
  name,
  component,
  version: "v1",
  mode: 0o755,
  blob: { digest: digest("b"), size: 10 },
  compressed: true,
  content: { digest: digest("c"), size: 40 },
});

const programs: readonly [string, readonly string[]][] = [
  ["containerd", ["containerd", "containerd-shim-runc-v2", "ctr"]],
  ["runc", ["runc"]],
  ["registry", ["registry"]],
  ["kubelet", ["kubelet"]],
  ["kubeadm", ["kubeadm"]],
  ["kubectl", ["kubectl"]],
  ["crictl", ["crictl"]],
  ["cni-plugins", ["bridge", "dhcp", "host-local", "loopback", "portmap"]],
  ["flannel-cni", ["flannel"]],
  ["etcd-tools", ["etcdctl", "etcdutl"]],
];

const components = [
  "coredns",
  "pause",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "flannel",
  "flannel-cni-plugin",
  "debug",
];

const release: Release = {
  bundle: digest("d"),
  version: "1.37",
  architecture: "amd64",
  files: programs.flatMap(([component, names]) => names.map((name) => file(component, name))),
  images: components.map((component) => image(component, `registry.k8s.io/${component}:1`)),
  packages: [],
};

describe("programs of a machine", () => {
  const paths = (...roles: ("control-plane" | "worker")[]): string[] =>
    programsFor(release, roles).map(({ path }) => path);

  test("a worker gets what runs pods, and neither kubectl nor the registry", () => {
    expect(paths("worker")).toEqual(
      expect.arrayContaining(["/usr/local/bin/kubelet", "/usr/local/bin/kubeadm", "/opt/cni/bin/flannel"]),
    );
    expect(paths("worker").filter((path) => /kubectl|registry|etcd/.test(path))).toEqual([]);
  });

  test("a control plane gets more, and each file once when it works as well", () => {
    const all = paths("control-plane", "worker");
    expect(all).toContain("/usr/local/bin/registry");
    expect(all).toContain("/usr/local/bin/kubectl");
    expect(new Set(all).size).toBe(all.length);
  });

  test("the container runtime comes first, because it can start while the rest arrives", () => {
    expect(
      paths("control-plane")
        .slice(0, 4)
        .map((path) => path.split("/").at(-1)),
    ).toEqual(["containerd", "containerd-shim-runc-v2", "ctr", "runc"]);
  });

  test("a release without one of them is refused by name", () => {
    const files = release.files.filter(({ name }) => name !== "runc");
    expect(() => programsFor({ ...release, files }, ["worker"])).toThrowError(
      expect.objectContaining({ code: "RELEASE_INCOMPLETE", params: { bundle: "1.37", what: "runc/runc" } }),
    );
  });
});

describe("images of a machine", () => {
  const names = (...roles: ("control-plane" | "worker")[]): string[] =>
    imagesFor(release, roles).map(({ component }) => component);

  test("a control plane pulls what kubeadm waits for first", () => {
    const first = firstImagesFor(release, ["control-plane"]).map(({ component }) => component);
    expect(first).toEqual(["pause", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]);
    expect(names("control-plane").slice(0, first.length)).toEqual(first);
    expect(firstImagesFor(release, ["worker"])).toEqual([]);
  });

  test("a worker pulls nothing of the control plane, and nobody what only people use", () => {
    expect(names("worker")).toEqual(["pause", "kube-proxy", "flannel", "coredns"]);
    expect(names("control-plane", "worker")).not.toContain("debug");
  });
});

describe("mirror rules", () => {
  const appliance = { address: "10.0.0.1", port: 7443 };
  const controlPlanes = ["10.0.0.11", "10.0.0.12", "10.0.0.13"].map((address) => ({ address, port: 5000 }));
  const order = (address: string, index: number): string[] =>
    registryOrder({ machine: { address, index }, controlPlanes, appliance }).map((host) => host.address);

  test("a control plane asks itself, then the others, and the appliance last", () => {
    expect(order("10.0.0.12", 1)).toEqual(["10.0.0.12", "10.0.0.13", "10.0.0.11", "10.0.0.1"]);
  });

  test("workers begin at different control planes", () => {
    const first = [3, 4, 5].map((index) => order(`10.0.0.2${index}`, index)[0]);
    expect(new Set(first).size).toBe(3);
  });

  test("there is one for every registry of the release, the well-known ones, and any other", () => {
    const upstreams = upstreamsOf([{ name: "slipway.local/debug:1" }, { name: "quay.io/x/y:1" }]);
    expect(upstreams).toEqual(["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "slipway.local"]);
    const paths = mirrorFiles(upstreams, [appliance]).map(({ path }) => path);
    expect(paths).toContain("/etc/containerd/certs.d/_default/hosts.toml");
    expect(paths).toHaveLength(6);
  });

  test("no rule leads out of the site, not even as the last resort", () => {
    for (const { content } of mirrorFiles(["docker.io"], [...controlPlanes, appliance])) {
      const urls = [...content.matchAll(/https:\/\/([^:/]+)/g)].map(([, host]) => host);
      expect(urls).toEqual(["10.0.0.1", "10.0.0.11", "10.0.0.12", "10.0.0.13"]);
      expect(content).toMatch(/^server = "https:\/\/10\.0\.0\.1:7443\/v2/);
    }
  });

  test("the upstream registry is part of the path, so that names of two registries cannot collide", () => {
    const [docker] = mirrorFiles(["docker.io"], controlPlanes);
    expect(docker?.content).toContain('[host."https://10.0.0.11:5000/v2/docker.io"]');
    expect(docker?.content.match(/override_path = true/g)).toHaveLength(3);
  });
});

describe("containerd's configuration", () => {
  test("restricts OOM scores only where the machine cannot lower them", () => {
    const settings = { pauseImage: "registry.k8s.io/pause:3.10.2" };
    expect(containerdConfig({ ...settings, restrictOomScore: true })).toContain(
      "restrict_oom_score_adj = true",
    );
    expect(containerdConfig({ ...settings, restrictOomScore: false })).toContain(
      "restrict_oom_score_adj = false",
    );
  });

  test("pins the pause image of the release", () => {
    expect(containerdConfig({ pauseImage: 'a"b', restrictOomScore: false })).toContain('sandbox = "a\\"b"');
  });
});

describe("architectures", () => {
  test("are told from uname, and an unknown one is refused", () => {
    expect(architectureOf("x86_64", "latest")).toBe("amd64");
    expect(architectureOf("aarch64", "latest")).toBe("arm64");
    expect(() => architectureOf("riscv64", "latest")).toThrowError(
      expect.objectContaining({ code: "RELEASE_ARCHITECTURE" }),
    );
  });
});

describe("host settings", () => {
  test("a limit that is larger already is left alone, another value is not", () => {
    const limit = { key: "fs.inotify.max_user_watches", value: "1000", required: false, atLeast: true };
    expect(settingHolds(limit, "2000")).toBe(true);
    expect(settingHolds(limit, "999")).toBe(false);
    expect(settingHolds({ key: "net.ipv4.ip_forward", value: "1", required: true }, "2")).toBe(false);
  });

  test("the record keeps what the machine was like before the first change, however often it is changed", () => {
    const first = { sysctls: { "net.ipv4.ip_forward": "0" }, modules: ["overlay"], refused: [] };
    const later = { sysctls: { "net.ipv4.ip_forward": "1", "vm.x": "3" }, modules: ["overlay"], refused: [] };
    expect(mergeRecords(first, later)).toEqual({
      sysctls: { "net.ipv4.ip_forward": "0", "vm.x": "3" },
      modules: ["overlay"],
      refused: [],
    });
  });
});

describe("an external registry", () => {
  const registry = {
    address: "reg.site:5000",
    path: "kube",
    ca: "-----BEGIN CERTIFICATE-----\n",
    user: "puller",
  };
  const { host, files } = externalMirror(registry, "pass-word-1");
  const order = registryOrder({
    machine: { address: "10.0.0.11", index: 0 },
    controlPlanes: [{ address: "10.0.0.11", port: 5000 }],
    appliance: { address: "10.0.0.1", port: 5000 },
    external: host,
  });

  test("comes first, with its own CA and credentials, in files that only root may read", () => {
    const [file] = mirrorFiles(["registry.k8s.io"], order);
    expect(file?.mode).toBe(0o600);
    expect(file?.content).toContain(`[host."https://reg.site:5000/v2/kube/registry.k8s.io"]
capabilities = ["pull", "resolve"]
ca = "/etc/slipway/registry-ca.crt"
override_path = true
dial_timeout = "1s"

[host."https://reg.site:5000/v2/kube/registry.k8s.io".header]
Authorization = ["Basic ${Buffer.from("puller:pass-word-1").toString("base64")}"]
`);
    expect(file?.content.indexOf("reg.site")).toBeLessThan(file?.content.indexOf("10.0.0.11") ?? 0);
    expect(files.map(({ path }) => path)).toEqual(["/etc/slipway/registry-ca.crt"]);
  });

  test("never gets its credentials sent to another host", () => {
    const content = mirrorFiles(["docker.io"], order)[0]?.content ?? "";
    expect(content.split("Authorization")).toHaveLength(2);
  });

  test("without a CA or a user is trusted by the machine's own authorities and asked for nothing", () => {
    const plain = externalMirror({ address: "reg.site" }, undefined);
    const content = mirrorFiles(["docker.io"], [plain.host, { address: "10.0.0.1", port: 5000 }])[0];
    expect(content?.mode).toBeUndefined();
    expect(content?.content).toContain(
      `[host."https://reg.site:443/v2/docker.io"]\ncapabilities = ["pull", "resolve"]\noverride_path`,
    );
  });
});
