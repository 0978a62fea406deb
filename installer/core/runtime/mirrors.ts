import type { ExternalRegistry } from "../../contract/spec/registry.ts";
import type { ReleaseImage } from "../ports/release.ts";
import { machinePaths } from "./paths.ts";
import { tomlString } from "./containerd.ts";

/** A registry of the site by address. */
export interface MirrorHost {
  readonly address: string;
  readonly port: number;
  /** What stands before the upstream registry's name there, such as a project. */
  readonly path?: string;
  /** File of the CA that signed its certificate; `system` for those the machine trusts. Default: the site's own CA. */
  readonly ca?: string;
  /** Value of the Authorization header. A secret: files that hold one are only root's. */
  readonly authorization?: string;
}

/** A file below containerd's certs.d. */
export interface MirrorFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** The mirror of an external registry; credentials go in as the header that HTTP Basic (RFC 7617) makes of them. */
export const externalMirror = (
  registry: ExternalRegistry,
  password: string | undefined,
): { readonly host: MirrorHost; readonly files: readonly MirrorFile[] } => {
  const [address = "", port] = registry.address.split(":");
  const { path, ca, user } = registry;
  return {
    host: {
      address,
      port: port === undefined ? 443 : Number(port),
      ca: ca === undefined ? "system" : machinePaths.externalRegistryCa,
      ...(path === undefined ? {} : { path }),
      ...(user === undefined || password === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` }),
    },
    files: ca === undefined ? [] : [{ path: machinePaths.externalRegistryCa, content: ca }],
  };
};

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
    ...(registries.some(({ authorization }) => authorization !== undefined) ? { mode: 0o600 } : {}),
  }));

/** A machine that is off shall cost a pull a second, not the half minute that TCP would wait. */
const DIAL_TIMEOUT = "1s";

const hostsToml = (prefix: string, registries: readonly MirrorHost[]): string => {
  const url = ({ address, port, path }: MirrorHost): string =>
    `https://${address}:${port}/v2${path === undefined ? "" : `/${path}`}${prefix}`;
  const settings = ({ ca = machinePaths.siteCa }: MirrorHost): string =>
    `${ca === "system" ? "" : `ca = ${tomlString(ca)}\n`}override_path = true\ndial_timeout = ${tomlString(DIAL_TIMEOUT)}\n`;
  const [last, ...others] = registries.toReversed();
  const hosts = others.toReversed().map((host) => {
    const header =
      host.authorization === undefined
        ? ""
        : `\n[host.${tomlString(url(host))}.header]\nAuthorization = [${tomlString(host.authorization)}]\n`;
    return `[host.${tomlString(url(host))}]\ncapabilities = ["pull", "resolve"]\n${settings(host)}${header}`;
  });
  const server = last === undefined ? "" : `server = ${tomlString(url(last))}\n${settings(last)}`;
  return [server, ...hosts].join("\n");
};

/**
 * Registries in the order in which a machine tries them: an external one first, its own, then those of the other control
 * planes, then the appliance. Machines begin at different control planes, so that none serves all of them.
 */
export const registryOrder = (of: {
  readonly machine: { readonly address: string; readonly index: number };
  readonly controlPlanes: readonly MirrorHost[];
  readonly appliance: MirrorHost;
  readonly external?: MirrorHost;
}): readonly MirrorHost[] => {
  const { controlPlanes, machine, appliance, external } = of;
  const start = controlPlanes.length === 0 ? 0 : machine.index % controlPlanes.length;
  const rotated = [...controlPlanes.slice(start), ...controlPlanes.slice(0, start)];
  const own = rotated.filter(({ address }) => address === machine.address);
  const others = rotated.filter(({ address }) => address !== machine.address);
  return [...(external === undefined ? [] : [external]), ...own, ...others, appliance];
};
