import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { clusterSettings } from "./kubeadm.ts";
import { kubeadmPatches, kubeletConfiguration } from "./kubelet.ts";
import { kubernetesPaths } from "./paths.ts";
import { yamlDocuments } from "./yaml.ts";

/** A file on a machine that only root may read. */
export interface SettingsFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** A machine and the spec it is to follow. */
export interface Member {
  readonly cluster: ClusterSpec;
  readonly machine: MachineSpec;
  readonly cgroupV1: boolean;
}

const isKubeletPatch = (path: string): boolean =>
  path.startsWith(`${kubernetesPaths.patches}/kubeletconfiguration`);

const patchesFor = (member: Member, wanted: (path: string) => boolean) =>
  kubeadmPatches(member).filter(({ path }) => wanted(path));

/**
 * What a kubelet's configuration is made from: the cluster's part and the machine's patches. It is written down on the
 * machine when kubeadm has made that of it, so that a probe can tell without making it again. kubeadm fills in values and
 * patches change them, hence its result cannot be compared with the spec itself.
 */
export const kubeletSettings = (member: Member): SettingsFile => ({
  path: kubernetesPaths.kubeletSettings,
  content: yamlDocuments([
    kubeletConfiguration(member.cluster),
    { patches: patchesFor(member, isKubeletPatch) },
  ]),
  mode: 0o600,
});

/** The same for the static pods of a control plane. Names in certificates are not theirs. */
export const controlPlaneSettings = (member: Member): SettingsFile => {
  const { apiServer, controllerManager, scheduler } = clusterSettings(member.cluster);
  const { certSANs, ...server } = apiServer;
  void certSANs;
  return {
    path: kubernetesPaths.controlPlaneSettings,
    content: yamlDocuments([
      { apiServer: server, controllerManager, scheduler },
      { patches: patchesFor(member, (path) => !isKubeletPatch(path) && !path.includes("/etcd")) },
    ]),
    mode: 0o600,
  };
};

/** Every settings file of a machine, by its roles. */
export const memberSettings = (member: Member): readonly SettingsFile[] => [
  kubeletSettings(member),
  ...(member.machine.roles.includes("control-plane") ? [controlPlaneSettings(member)] : []),
];
