import { SlipwayError } from "../../../contract/errors/index.ts";

/** An image name in its parts: `registry.k8s.io/pause:3.10.2`. */
export interface Reference {
  readonly host: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly version: string;
}

/**
 * Reads an image name by the rules that docker and containerd share: a first part without dot, colon or "localhost" is
 * part of the repository on docker.io, whose single names lie under library/.
 */
export const parseReference = (text: string): Reference => {
  const [path = "", digest] = text.split("@");
  const slash = path.indexOf("/");
  const first = slash === -1 ? "" : path.slice(0, slash);
  const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
  const host = hasHost ? first : "docker.io";
  const rest = hasHost ? path.slice(slash + 1) : path;
  const colon = rest.lastIndexOf(":");
  const name = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? "latest" : rest.slice(colon + 1);
  if (!/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(name) || tag === "") {
    throw SlipwayError.of("BUILD_RECIPE_INVALID", {
      file: "components.yaml",
      count: 1,
      problem: `${text} is not an image name`,
    });
  }
  const repository = host === "docker.io" && !name.includes("/") ? `library/${name}` : name;
  return { host, repository, version: digest ?? tag };
};
