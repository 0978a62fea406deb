import { join } from "node:path";
import type { SourceKind } from "../../../contract/bundle/sources.ts";

/** Places that can stand in for the configured ones, by kind of source (`--mirror KIND=ADDRESS`, SLIPWAY_MIRROR_KIND). */
export type Mirrors = Readonly<Partial<Record<Exclude<SourceKind, "build" | "file">, string>>>;

/** What every builder is made with. */
export interface BuilderSettings {
  /** Folder `images/` of the product. */
  readonly images: string;
  /** Cache folder of the product; everything in it may be deleted at any time between builds. */
  readonly cache: string;
  readonly mirrors: Mirrors;
  /** Environment that programs inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A folder below the cache. */
export const cacheFolder = (settings: BuilderSettings, ...parts: readonly string[]): string =>
  join(settings.cache, ...parts);

/** An address without user and password, fit for a report. */
export const withoutCredentials = (address: string): string => address.replace(/\/\/[^/@]*@/, "//");
