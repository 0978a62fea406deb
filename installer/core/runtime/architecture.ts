import type { Architecture } from "../../contract/bundle/components.ts";
import { SlipwayError } from "../../contract/errors/index.ts";

const names: Readonly<Record<string, Architecture>> = { x86_64: "amd64", aarch64: "arm64" };

/** The architecture as bundles name it, from what `uname -m` prints. @throws RELEASE_ARCHITECTURE */
export const architectureOf = (machine: string, bundle: string): Architecture => {
  const found = names[machine];
  if (found !== undefined) return found;
  throw SlipwayError.of("RELEASE_ARCHITECTURE", { bundle, architecture: machine });
};
