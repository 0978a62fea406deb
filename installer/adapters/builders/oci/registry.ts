import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DOCKER, OCI } from "../../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { type BuilderSettings, withoutCredentials } from "../common/settings.ts";
import type { Reference } from "./reference.ts";

/** Where a repository is served: address up to and without `/v2`, and the repository's name there. */
export interface Endpoint {
  readonly base: string;
  readonly repository: string;
  /** Host whose credentials apply. */
  readonly host: string;
}

/** Read access to one repository by the OCI distribution specification 1.1. */
export interface RegistryRepository {
  readonly endpoint: Endpoint;
  /** GET of a manifest by tag or digest. */
  manifest(version: string, signal: AbortSignal): Promise<Response>;
  blob(digest: string, signal: AbortSignal): Promise<Response>;
}

/** The place of an image: a mirror keeps it as HOST/REPOSITORY, so that names of different registries cannot collide. */
export const endpointOf = (settings: BuilderSettings, { host, repository }: Reference): Endpoint => {
  const mirror = settings.mirrors.oci;
  if (mirror !== undefined) {
    const url = new URL(mirror.includes("://") ? mirror : `https://${mirror}`);
    const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, "");
    return {
      base: url.origin,
      repository: `${prefix === "" ? "" : `${prefix}/`}${host}/${repository}`,
      host: url.host,
    };
  }
  const local = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host);
  // The API of docker.io lives under another name (https://docs.docker.com/reference/api/registry/latest/).
  const served = host === "docker.io" ? "registry-1.docker.io" : host;
  return { base: `${local ? "http" : "https"}://${served}`, repository, host };
};

/** Opens a repository. Credentials come from the machine's own ~/.docker/config.json, tokens are asked for as registries want. */
export const openRepository = (settings: BuilderSettings, endpoint: Endpoint): RegistryRepository => {
  let authorization: string | undefined;
  const get = async (
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const address = `${endpoint.base}/v2/${endpoint.repository}/${path}`;
    const once = (): Promise<Response> =>
      fetch(address, {
        signal,
        redirect: "follow",
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      });
    try {
      let response = await once();
      if (response.status === 401 && authorization === undefined) {
        authorization = await answerChallenge(settings, { endpoint, response, signal });
        if (authorization !== undefined) response = await once();
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`HTTP ${response.status} ${response.statusText}`);
      }
      return response;
    } catch (thrown) {
      if (signal.aborted) throw SlipwayError.of("CANCELLED", {});
      const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
      throw SlipwayError.of(
        "BUILD_SOURCE_UNREACHABLE",
        {
          component: endpoint.repository,
          source: withoutCredentials(address),
          problem: cause instanceof Error ? cause.message : String(cause),
        },
        { cause: thrown },
      );
    }
  };
  const accept = [OCI.index, OCI.manifest, DOCKER.list, DOCKER.manifest].join(", ");
  return {
    endpoint,
    manifest: (version, signal) => get(`manifests/${version}`, { accept }, signal),
    blob: (digest, signal) => get(`blobs/${digest}`, {}, signal),
  };
};

/** Answers `WWW-Authenticate` (distribution-spec, "token authentication"): basic, or a bearer token from its realm. */
const answerChallenge = async (
  settings: BuilderSettings,
  { endpoint, response, signal }: { endpoint: Endpoint; response: Response; signal: AbortSignal },
): Promise<string | undefined> => {
  const challenge = response.headers.get("www-authenticate") ?? "";
  await response.body?.cancel();
  const basic = await credentialsFor(settings, endpoint.host);
  if (/^basic/i.test(challenge)) return basic;
  const realm = /realm="([^"]+)"/i.exec(challenge)?.[1];
  if (realm === undefined) return undefined;
  const address = new URL(realm);
  for (const name of ["service", "scope"]) {
    const value = new RegExp(`${name}="([^"]+)"`, "i").exec(challenge)?.[1];
    if (value !== undefined) address.searchParams.set(name, value);
  }
  const answer = await fetch(address, {
    signal,
    headers: basic === undefined ? {} : { authorization: basic },
  });
  if (!answer.ok) return undefined;
  const body = (await answer.json()) as { token?: unknown; access_token?: unknown };
  const token = body.token ?? body.access_token;
  return typeof token === "string" ? `Bearer ${token}` : undefined;
};

const credentialsFor = async (settings: BuilderSettings, host: string): Promise<string | undefined> => {
  const folder = settings.env["DOCKER_CONFIG"] ?? join(settings.env["HOME"] ?? "/", ".docker");
  try {
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as {
      auths?: Record<string, { auth?: string }>;
    };
    const auth = config.auths?.[host]?.auth ?? config.auths?.[`https://${host}`]?.auth;
    return auth === undefined ? undefined : `Basic ${auth}`;
  } catch {
    return undefined;
  }
};
