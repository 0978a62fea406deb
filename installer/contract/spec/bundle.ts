import * as z from "zod";
import { words } from "./words.ts";

/**
 * Which bundle a cluster is made from. `latest` is the newest one in the appliance's store that holds the spec's
 * Kubernetes version; a version such as `1.37.1`, the series it belongs to (`1.37`), or an index digest pins one.
 */
export const BundleReference = z
  .string()
  .regex(/^(latest|[0-9][a-z0-9.-]*|sha256:[0-9a-f]{64})$/)
  .meta(
    words(
      "latest, the version of a bundle (1.37.1, or its series 1.37), or the digest of its index (sha256:...)",
      "latest、软件包版本（1.37.1 或其系列 1.37），或其索引的摘要（sha256:...）",
      ["1.37"],
    ),
  );
