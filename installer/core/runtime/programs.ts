import type { Role } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { Release, ReleaseFile } from "../ports/release.ts";
import { machinePaths } from "./paths.ts";

/** A file of the release and where it goes. */
export interface PlacedFile {
  readonly file: ReleaseFile;
  readonly path: string;
}

interface Placement {
  readonly component: string;
  readonly names: readonly string[];
  readonly folder: string;
  readonly role?: Role;
}

/** In the order in which they are needed: what comes first can be used while the rest is on its way. */
const placements: readonly Placement[] = [
  {
    component: "containerd",
    names: ["containerd", "containerd-shim-runc-v2", "ctr"],
    folder: machinePaths.programs,
  },
  { component: "runc", names: ["runc"], folder: machinePaths.programs },
  { component: "kubelet", names: ["kubelet"], folder: machinePaths.programs },
  { component: "kubeadm", names: ["kubeadm"], folder: machinePaths.programs },
  { component: "crictl", names: ["crictl"], folder: machinePaths.programs },
  {
    component: "cni-plugins",
    names: ["bridge", "host-local", "loopback", "portmap"],
    folder: machinePaths.cni,
  },
  { component: "flannel-cni", names: ["flannel"], folder: machinePaths.cni },
  { component: "kubectl", names: ["kubectl"], folder: machinePaths.programs, role: "control-plane" },
  { component: "registry", names: ["registry"], folder: machinePaths.programs, role: "control-plane" },
  {
    component: "etcd-tools",
    names: ["etcdctl", "etcdutl"],
    folder: machinePaths.programs,
    role: "control-plane",
  },
];

/**
 * The programs that a machine needs for its roles.
 * @throws RELEASE_INCOMPLETE when the release lacks one.
 */
export const programsFor = (release: Release, roles: readonly Role[]): readonly PlacedFile[] =>
  placements
    .filter(({ role }) => role === undefined || roles.includes(role))
    .flatMap(({ component, names, folder }) =>
      names.map((name) => ({ file: fileOf(release, component, name), path: `${folder}/${name}` })),
    );

/** What containerd needs to run containers and to pull. */
const runtime: readonly string[] = ["containerd", "runc"];

/**
 * The programs that the container runtime is made of: images can be pulled while the others are on their way.
 * @throws RELEASE_INCOMPLETE when the release lacks one.
 */
export const runtimeProgramsFor = (release: Release): readonly PlacedFile[] =>
  programsFor(release, ["worker"]).filter(({ file }) => runtime.includes(file.component));

const fileOf = (release: Release, component: string, name: string): ReleaseFile => {
  const found = release.files.find((file) => file.component === component && file.name === name);
  if (found !== undefined) return found;
  throw SlipwayError.of("RELEASE_INCOMPLETE", { bundle: release.version, what: `${component}/${name}` });
};
