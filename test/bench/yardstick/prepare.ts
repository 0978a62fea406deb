import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  globSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { BundleStore } from "../../../installer/adapters/bundle/store.ts";
import { createReleases } from "../../../installer/adapters/release/releases.ts";
import type { ClusterSpec, MachineSpec } from "../../../installer/contract/spec/cluster.ts";
import { flannelManifests } from "../../../installer/core/cluster/manifests/flannel.ts";
import { yamlDocuments } from "../../../installer/core/cluster/yaml.ts";
import type { Release } from "../../../installer/core/ports/release.ts";
import { blobDataPath, registryBlobs, registryLinks } from "../../../installer/core/registry/layout.ts";
import { packagesOf } from "../../../installer/core/runtime/commands.ts";
import { imageOf } from "../../../installer/core/runtime/images.ts";
import { programsFor } from "../../../installer/core/runtime/programs.ts";

const sources = import.meta.dirname;

/** Where the yardstick's registry answers in the lab. */
const REGISTRY = "10.99.0.1:5000";

/** What the yardstick is made of, on disk. It is made once, before anything is timed. */
export interface PreparedYardstick {
  readonly folder: string;
  /** Arguments of the registry's program. */
  readonly registry: readonly [program: string, ...args: string[]];
}

const run = (file: string, args: readonly string[]): void => {
  execFileSync(file, args, { stdio: ["ignore", "ignore", "inherit"] });
};

/** Hard links where the file system allows it. */
const place = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
};

const put = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

interface Workshop {
  readonly folder: string;
  readonly store: BundleStore;
  readonly release: Release;
  readonly spec: ClusterSpec;
}

const unpackPrograms = ({ folder, store, release }: Workshop): void => {
  for (const { file, path } of programsFor(release, ["control-plane", "worker"])) {
    const target = join(folder, "programs", path);
    mkdirSync(dirname(target), { recursive: true });
    const blob = store.blobPath(file.blob.digest);
    if (file.compressed) run("zstd", ["-d", "-q", "-f", blob, "-o", target]);
    else copyFileSync(blob, target);
    run("chmod", [file.mode.toString(8), target]);
  }
};

const pack = (tree: string, archive: string): void => {
  run("tar", ["--owner=0", "--group=0", "--format=gnu", "-C", tree, "-cf", archive, "."]);
};

/** A file of this folder with the words in capitals replaced. */
const filled = (name: string, { spec, release }: Workshop, machine: MachineSpec): string => {
  const peers = spec.machines.filter(
    ({ name: other, roles }) => other !== machine.name && roles.includes("control-plane"),
  );
  const values: Readonly<Record<string, string>> = {
    NODE: machine.name,
    ADDRESS: machine.address,
    VIRTUAL: spec.endpoint.virtualIp ?? "",
    KUBERNETES: release.files.find(({ component }) => component === "kubeadm")?.version ?? "",
    PRIORITY: String(200 - spec.machines.indexOf(machine)),
    PEERS: peers.map(({ address }) => `    ${address}`).join("\n"),
  };
  return readFileSync(join(sources, name), "utf8").replaceAll(
    /\b(NODE|ADDRESS|VIRTUAL|KUBERNETES|PRIORITY|PEERS)\b/g,
    (word) => values[word] ?? word,
  );
};

const joinFile = (workshop: Workshop, machine: MachineSpec): string =>
  filled("kubeadm-join.yaml", workshop, machine) +
  (machine.roles.includes("control-plane")
    ? `controlPlane:\n  localAPIEndpoint: { advertiseAddress: ${machine.address}, bindPort: 6443 }\n  certificateKey: "${"1".padStart(64, "0")}"\n`
    : "");

/** What goes onto every machine: programs, settings, and every machine's kubeadm file. */
const packCommon = (workshop: Workshop): void => {
  const { folder, spec, release } = workshop;
  const tree = join(folder, "all");
  cpSync(join(sources, "tree"), tree, { recursive: true });
  for (const { path } of programsFor(release, ["worker"])) {
    place(join(folder, "programs", path), join(tree, path));
  }
  for (const upstream of ["registry.k8s.io", "ghcr.io"]) {
    const url = `https://${REGISTRY}/v2/${upstream}`;
    put(
      join(tree, `etc/containerd/certs.d/${upstream}/hosts.toml`),
      `server = "${url}"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n  ca = "/etc/containerd/lab-ca.crt"\n  override_path = true\n`,
    );
  }
  copyFileSync(join(folder, "registry.crt"), join(tree, "etc/containerd/lab-ca.crt"));
  for (const [index, machine] of spec.machines.entries()) {
    const content =
      index === 0 ? filled("kubeadm-init.yaml", workshop, machine) : joinFile(workshop, machine);
    put(join(tree, `etc/kubernetes/kubeadm-${machine.name}.yaml`), content);
  }
  put(
    join(tree, "etc/kubernetes/flannel.yaml"),
    yamlDocuments(flannelManifests(spec, imageOf(release, "flannel").name)),
  );
  pack(tree, join(folder, "all.tar"));
};

/** keepalived, unpacked from the bundle's packages, and kubectl on the first machine. */
const packControlPlanes = (workshop: Workshop): void => {
  const { folder, store, release, spec } = workshop;
  const packages = join(folder, "packages");
  const keepalived = join(folder, "keepalived");
  for (const { blob } of packagesOf(release, ["keepalived"])) {
    run("dpkg-deb", ["-x", store.blobPath(blob.digest), packages]);
  }
  // The program and the libraries that it may be linked with, nothing of what else the packages bring.
  for (const path of globSync(["etc/keepalived/*opts", "usr/sbin/keepalived", "usr/lib/*/lib*.so*"], {
    cwd: packages,
  })) {
    cpSync(join(packages, path), join(keepalived, path), { recursive: true, verbatimSymlinks: true });
  }
  for (const machine of spec.machines.filter(({ roles }) => roles.includes("control-plane"))) {
    const tree = join(folder, `control-plane.${machine.name}`);
    cpSync(keepalived, tree, { recursive: true, verbatimSymlinks: true });
    put(join(tree, "etc/keepalived/keepalived.conf"), filled("keepalived.conf", workshop, machine));
    if (machine === spec.machines[0]) {
      place(join(folder, "programs/usr/local/bin/kubectl"), join(tree, "usr/local/bin/kubectl"));
    }
    pack(tree, join(folder, `control-plane.${machine.name}.tar`));
  }
};

const fillRegistry = ({ folder, store, release }: Workshop): PreparedYardstick["registry"] => {
  const root = join(folder, "registry");
  for (const { digest } of registryBlobs(release.images)) {
    place(store.blobPath(digest), join(root, blobDataPath(digest)));
  }
  for (const { digest, path } of registryLinks(release.images)) put(join(root, path), digest);
  const config = join(folder, "registry.yaml");
  put(
    config,
    `version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: ${root} }
  maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: true } }
http:
  addr: ${REGISTRY}
  tls: { certificate: ${join(folder, "registry.crt")}, key: ${join(folder, "registry.key")} }
`,
  );
  return [join(folder, "programs/usr/local/bin/registry"), "serve", config];
};

/**
 * Makes everything that the yardstick sends and serves, out of the very bundle that Slipway uses.
 * @param folder an empty folder beside the store, so that blobs can be linked
 */
export const prepareYardstick = async (
  folder: string,
  { storeFolder, spec }: { readonly storeFolder: string; readonly spec: ClusterSpec },
): Promise<PreparedYardstick> => {
  mkdirSync(folder, { recursive: true });
  const store = await BundleStore.open(storeFolder);
  const release = await createReleases(store).open({
    bundle: "latest",
    kubernetes: spec.kubernetes.version,
    architecture: "amd64",
  });
  const workshop: Workshop = { folder, store, release, spec };
  run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
    ...["-subj", "/CN=yardstick", "-addext", `subjectAltName=IP:${REGISTRY.split(":")[0]}`],
    ...["-keyout", join(folder, "registry.key"), "-out", join(folder, "registry.crt")],
  ]);
  unpackPrograms(workshop);
  packCommon(workshop);
  packControlPlanes(workshop);
  const image = (component: string): string => imageOf(release, component).name;
  writeSettings(folder, {
    pause: image("pause"),
    control_plane_images: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
      .map(image)
      .join(" "),
    all_images: ["flannel", "kube-proxy"].map(image).join(" "),
    dns_image: image("coredns"),
  });
  return { folder, registry: fillRegistry(workshop) };
};

const writeSettings = (folder: string, values: Readonly<Record<string, string>>): void => {
  const lines = Object.entries(values).map(([name, value]) => `${name}='${value}'\n`);
  put(join(folder, "settings.new"), lines.join(""));
  renameSync(join(folder, "settings.new"), join(folder, "settings"));
};
