import type { Role } from "../../contract/spec/cluster.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { Release, ReleaseImage } from "../ports/release.ts";

interface Need {
  readonly component: string;
  readonly role?: Role;
}

/** In the order in which a machine needs them: kubeadm waits for the first five. */
const needs: readonly Need[] = [
  { component: "pause" },
  { component: "etcd", role: "control-plane" },
  { component: "kube-apiserver", role: "control-plane" },
  { component: "kube-controller-manager", role: "control-plane" },
  { component: "kube-scheduler", role: "control-plane" },
  { component: "kube-proxy" },
  { component: "flannel" },
  { component: "flannel-cni-plugin" },
  { component: "coredns" },
];

/**
 * The images without which a machine cannot serve in its roles. They are pulled ahead and never collected, so that the
 * machine starts with every registry off.
 * @throws RELEASE_INCOMPLETE when the release lacks one.
 */
export const imagesFor = (release: Release, roles: readonly Role[]): readonly ReleaseImage[] =>
  needs
    .filter(({ role }) => role === undefined || roles.includes(role))
    .map(({ component }) => imageOf(release, component));

/** The image of a component. @throws RELEASE_INCOMPLETE */
export const imageOf = (release: Release, component: string): ReleaseImage => {
  const found = release.images.find((image) => image.component === component);
  if (found !== undefined) return found;
  throw SlipwayError.of("RELEASE_INCOMPLETE", { bundle: release.version, what: component });
};
