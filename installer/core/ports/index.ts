import type { Clock } from "./clock.ts";
import type { Content } from "./content.ts";
import type { Metal } from "./metal.ts";
import type { Releases } from "./release.ts";
import type { Remote } from "./remote.ts";
import type { Secrets } from "./secrets.ts";
import type { SiteCa } from "./site-ca.ts";
import type { Snapshots } from "./snapshots.ts";
import type { TimeServer } from "./time-server.ts";

/** Every effect that phases may have, as interfaces. main.ts fills them with adapters, tests with fakes. */
export interface Ports {
  readonly clock: Clock;
  readonly content: Content;
  readonly metal: Metal;
  readonly releases: Releases;
  readonly remote: Remote;
  readonly secrets: Secrets;
  readonly siteCa: SiteCa;
  readonly snapshots: Snapshots;
  readonly timeServer: TimeServer;
}

export type { Clock } from "./clock.ts";
export type { Content } from "./content.ts";
export type { HostKeys } from "./host-keys.ts";
export type { Journal } from "./journal.ts";
export type { Log } from "./log.ts";
export type { Metal } from "./metal.ts";
export type { Releases } from "./release.ts";
export type { Remote } from "./remote.ts";
export type { Redactor, Secrets } from "./secrets.ts";
export type { SiteCa } from "./site-ca.ts";
export type { Snapshots } from "./snapshots.ts";
export type { TimeServer } from "./time-server.ts";
