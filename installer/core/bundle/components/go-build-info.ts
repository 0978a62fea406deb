/** A module compiled into a Go program. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** h1: checksum from go.sum; absent for the main module. */
  readonly sum: string | undefined;
}

/** What `go version -m` tells about a program. */
export interface GoBuildInfo {
  readonly goVersion: string;
  /** Import path of its main package. */
  readonly path: string;
  readonly modules: readonly GoModule[];
}

/**
 * Reads the output of `go version -m FILE` (cmd/go documentation, "go version"). A replaced module is given as what
 * replaced it, since that is what was compiled.
 */
export const parseGoBuildInfo = (output: string): GoBuildInfo => {
  let goVersion = "";
  let path = "";
  const modules: GoModule[] = [];
  for (const line of output.split("\n")) {
    const [, key = "", name = "", version = "", sum] = line.split("\t");
    if (!line.startsWith("\t")) goVersion ||= /: (go\S+)/.exec(line)?.[1] ?? "";
    else if (key === "path") path = name;
    else if (key === "dep") modules.push({ path: name, version, sum: sum === "" ? undefined : sum });
    else if (key === "=>") {
      modules.pop();
      modules.push({ path: name, version, sum: sum === "" ? undefined : sum });
    }
  }
  return { goVersion, path, modules };
};

/** A Go checksum (`h1:` and base64 of a SHA-256 over the module's file list) as hex. */
export const goSumToHex = (sum: string): string | undefined => {
  const encoded = /^h1:([A-Za-z0-9+/]{43}=)$/.exec(sum)?.[1];
  if (encoded === undefined) return undefined;
  return Array.from(atob(encoded), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
};
