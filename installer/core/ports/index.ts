import type { Clock } from "./clock.ts";
import type { Remote } from "./remote.ts";

/** Every effect that phases may have, as interfaces. main.ts fills them with adapters, tests with fakes. */
export interface Ports {
  readonly clock: Clock;
  readonly remote: Remote;
}

export type { Clock } from "./clock.ts";
export type { HostKeys } from "./host-keys.ts";
export type { Journal } from "./journal.ts";
export type { Log } from "./log.ts";
export type { Remote } from "./remote.ts";
export type { Redactor, Secrets } from "./secrets.ts";
