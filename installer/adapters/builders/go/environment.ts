import type { Architecture } from "../../../contract/bundle/components.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

/** Settings of an operator that would change what is built or weaken the check of what is fetched. */
const dropped = [
  "GOFLAGS",
  "GOEXPERIMENT",
  "GOINSECURE",
  "GONOSUMDB",
  "GONOSUMCHECK",
  "GOWORK",
  "GO111MODULE",
  "GOROOT",
  "CGO_CFLAGS",
  "CGO_LDFLAGS",
  "CGO_CPPFLAGS",
  "CC",
];

/**
 * Environment for the go command: the machine's own GOPROXY, proxies and certificates stay, all that decides about the
 * bytes is set here, and the caches are the product's.
 */
export const goEnvironment = (
  settings: BuilderSettings,
  { architecture, toolchain }: { architecture: Architecture; toolchain: string },
): Record<string, string | undefined> => {
  const env: Record<string, string | undefined> = { ...settings.env };
  for (const name of dropped) delete env[name];
  // The checksum database stays on whatever the machine says: without it a proxy could serve anything for a new module.
  if (env["GOSUMDB"] === "off") delete env["GOSUMDB"];
  return {
    ...env,
    GOCACHE: cacheFolder(settings, "go", "build"),
    GOMODCACHE: cacheFolder(settings, "go", "mod"),
    GOTOOLCHAIN: toolchain,
    GOOS: "linux",
    GOARCH: architecture,
    GOAMD64: "v1",
    GOARM64: "v8.0",
    GOWORK: "off",
    GOFLAGS: "",
    GOTELEMETRY: "off",
    ...(settings.mirrors.go === undefined ? {} : { GOPROXY: settings.mirrors.go }),
  };
};
