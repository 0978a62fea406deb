import type { ReleaseImage } from "../ports/release.ts";
import { machinePaths } from "./paths.ts";
import { tomlString } from "./containerd.ts";

/** A registry of the site by address. */
export interface MirrorHost {
  readonly address: string;
  readonly port: number;
}

/** A file below containerd's certs.d. */
export interface MirrorFile {
  readonly path: string;
  readonly content: string;
}

/** Upstream registries that always have a rule of their own, whether or not the release holds an image of them. */
const wellKnown = ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io"] as const;

/** containerd's directory for every registry without one of its own. */
const ANY_OTHER = "_default";

/** Registry part of a full image name. */
export const upstreamOf = (image: string): string => image.slice(0, image.indexOf("/"));

/** The registries that machines get a rule for. */
export const upstreamsOf = (images: readonly Pick<ReleaseImage, "name">[]): readonly string[] =>
  [...new Set([...wellKnown, ...images.map(({ name }) => upstreamOf(name))])].toSorted();

/**
 * The mirror rules of one machine (containerd/docs/hosts.md). Image names stay as upstream gave them; the site keeps
 * them below `<upstream registry>/`, so that names of different registries cannot collide. The last resort (`server`)
 * is a registry of the site too: containerd never asks upstream, and no name is looked up.
 * @param registries in order of preference; must not be empty
 */
export const mirrorFiles = (
  upstreams: readonly string[],
  registries: readonly MirrorHost[],
): readonly MirrorFile[] =>
  [...upstreams, ANY_OTHER].map((upstream) => ({
    path: `${machinePaths.mirrors}/${upstream}/hosts.toml`,
    content: hostsToml(upstream === ANY_OTHER ? "" : `/${upstream}`, registries),
  }));

/** A machine that is off shall cost a pull a second, not the half minute that TCP would wait. */
const DIAL_TIMEOUT = "1s";

const hostsToml = (prefix: string, registries: readonly MirrorHost[]): string => {
  const urls = registries.map(({ address, port }) => `https://${address}:${port}/v2${prefix}`);
  const common = `ca = ${tomlString(machinePaths.siteCa)}\noverride_path = true\ndial_timeout = ${tomlString(DIAL_TIMEOUT)}\n`;
  const hosts = urls.slice(0, -1).map(
    (url) => `[host.${tomlString(url)}]
capabilities = ["pull", "resolve"]
${common}`,
  );
  return [`server = ${tomlString(urls.at(-1) ?? "")}\n${common}`, ...hosts].join("\n");
};

/**
 * Registries in the order in which a machine tries them: its own first, then those of the other control planes, then the
 * appliance. Machines begin at different control planes, so that none serves all of them.
 */
export const registryOrder = (of: {
  readonly machine: { readonly address: string; readonly index: number };
  readonly controlPlanes: readonly MirrorHost[];
  readonly appliance: MirrorHost;
}): readonly MirrorHost[] => {
  const { controlPlanes, machine, appliance } = of;
  const start = controlPlanes.length === 0 ? 0 : machine.index % controlPlanes.length;
  const rotated = [...controlPlanes.slice(start), ...controlPlanes.slice(0, start)];
  const own = rotated.filter(({ address }) => address === machine.address);
  const others = rotated.filter(({ address }) => address !== machine.address);
  return [...own, ...others, appliance];
};
