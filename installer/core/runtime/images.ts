import type { Role } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { Release, ReleaseImage } from "../ports/release.ts";

/** What kubeadm starts a control plane with, in the order in which it needs them. */
const ofControlPlanes = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;

/** What every machine runs. flannel's plug-in is a file among the CNI plug-ins, so its image is not one of them. */
const ofEveryMachine = ["kube-proxy", "flannel", "coredns"] as const;

/**
 * The images without which a machine cannot serve in its roles. They are pulled ahead and never collected, so that the
 * machine starts with every registry off.
 * @throws RELEASE_INCOMPLETE when the release lacks one.
 */
export const imagesFor = (release: Release, roles: readonly Role[]): readonly ReleaseImage[] =>
  [...firstOf(roles), "pause", ...ofEveryMachine]
    .filter((component, at, all) => all.indexOf(component) === at)
    .map((component) => imageOf(release, component));

/**
 * The images that the rest of a machine waits for: those of the control plane, and nothing on a worker.
 * @throws RELEASE_INCOMPLETE when the release lacks one.
 */
export const firstImagesFor = (release: Release, roles: readonly Role[]): readonly ReleaseImage[] =>
  firstOf(roles).map((component) => imageOf(release, component));

const firstOf = (roles: readonly Role[]): readonly string[] =>
  roles.includes("control-plane") ? ["pause", ...ofControlPlanes] : [];

/** The image of a component. @throws RELEASE_INCOMPLETE */
export const imageOf = (release: Release, component: string): ReleaseImage => {
  const found = release.images.find((image) => image.component === component);
  if (found !== undefined) return found;
  throw SlipwayError.of("RELEASE_INCOMPLETE", { bundle: release.version, what: component });
};
