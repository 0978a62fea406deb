import type { WireError } from "../../contract/errors/index.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import type { BlobReader, OnProgress, StoredBundle } from "./bundle.ts";

/** A registry of the site's own, such as Harbor, that images are pushed into. */
export interface PushTarget {
  /** `https://registry.example:5000`; plain `http://` for tests and closed networks only. */
  readonly address: string;
  /** Put before every repository: a project of Harbor. Empty: none. */
  readonly prefix: string;
  /** Asked for only when the registry wants it. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Authority that signed the registry's certificate, in PEM; the system's own when left out. */
  readonly ca?: string;
}

/** How a push goes about its work. */
export interface PushOptions {
  /** Requests that send content at the same time. */
  readonly parallel: number;
  /** How often one piece of work is tried when the line or the registry fails. */
  readonly attempts: number;
  /** Whether the other images are pushed when one fails. */
  readonly continueOnError: "yes" | "no";
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** One image that did not get there, and why. */
export interface PushFailure {
  readonly image: string;
  readonly error: WireError;
}

/** What a push did. It succeeded when `failed` and `untried` are empty. */
export interface PushSummary {
  /** Images whose tag the registry now serves. */
  readonly images: readonly { readonly name: string; readonly digest: Digest }[];
  readonly failed: readonly PushFailure[];
  /** Images that were not begun because an earlier one failed. */
  readonly untried: readonly string[];
  /** Blobs sent, taken over from another repository of the registry, and found there. */
  readonly blobs: { readonly sent: number; readonly mounted: number; readonly found: number };
  readonly bytesSent: number;
  /** Requests that had to be made again. */
  readonly retries: number;
}

/** Pushes the images of a bundle. Resolves with what failed too; rejects only with CANCELLED. */
export type PushBundle = (
  store: BlobReader,
  bundle: StoredBundle,
  push: { readonly target: PushTarget; readonly options: PushOptions },
) => Promise<PushSummary>;
