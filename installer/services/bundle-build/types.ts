import type { Architecture } from "../../contract/bundle/components.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import type { WireError } from "../../contract/errors/index.ts";
import type { Localized } from "../../contract/text.ts";
import type { Estimate } from "../../core/bundle/components/estimate.ts";
import type { Preference } from "../../core/bundle/components/preference.ts";
import type { LayoutWriter } from "../../core/ports/bundle.ts";

/** What to build and where to put it. */
export interface BuildRequest {
  /** Name of a file in images/releases, such as "1.37". */
  readonly release: string;
  readonly architectures: readonly Architecture[];
  /** Receives the finished bundle; may be the cache's own store. */
  readonly store: LayoutWriter;
  /** Only these components; all by default. */
  readonly only?: readonly string[] | undefined;
  /** Optional components to hold besides those that the release names. */
  readonly with?: readonly string[] | undefined;
  readonly prefer?: Preference | undefined;
  /** Components worked on at once. Default: one more than cores, at most four. */
  readonly parallel?: number | undefined;
  /** Limit of the compiler's cache, enforced after the build. Default 24 GB. */
  readonly cacheLimitBytes?: number | undefined;
  /** Who asked for it, for the store's record. */
  readonly by: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

/** What happens during a build, in order. Each component that is begun also ends. */
export type BuildEvent =
  | { readonly kind: "planned"; readonly estimate: Estimate; readonly total: number }
  | {
      readonly kind: "begun";
      readonly component: string;
      readonly architecture: Architecture;
      readonly source: string;
    }
  | { readonly kind: "line"; readonly component: string; readonly text: string }
  | { readonly kind: "note"; readonly component: string; readonly text: Localized; readonly error: WireError }
  | {
      readonly kind: "ended";
      readonly component: string;
      readonly outcome: "built" | "cached" | "failed";
      readonly seconds: number;
      readonly bytes: number;
      readonly done: number;
      readonly total: number;
    };

/** Where one component came from. */
export interface ComponentReport {
  readonly component: string;
  readonly version: string;
  readonly architecture: Architecture;
  readonly manifest: Digest;
  readonly bytes: number;
  readonly seconds: number;
  readonly cached: boolean;
  readonly origin: string;
  /** Sources that were tried before, with what they answered. */
  readonly skipped: readonly { readonly source: string; readonly error: WireError }[];
}

/** What a build made. Kept beside the bundle by whoever called. */
export interface BuildReport {
  readonly release: string;
  /** Version of the bundle, such as 1.37.1. */
  readonly version: string;
  readonly architectures: readonly Architecture[];
  /** Digest of the bundle's index. */
  readonly index: Digest;
  /** Size of all blobs, each counted once. */
  readonly bytes: number;
  readonly blobs: number;
  readonly seconds: number;
  readonly estimate: Estimate;
  readonly components: readonly ComponentReport[];
}
