import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { EngineProgram } from "./engine-link.ts";

/** Where everything is that the app needs. */
export interface Places {
  readonly engine: EngineProgram;
  readonly ui: string;
  readonly preload: string;
  readonly icon: string;
}

/** What decides it. */
export interface PlaceFacts {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of main.cjs. */
  readonly here: string;
  /** Folder of what was packaged beside the app; undefined for one that runs from a checkout. */
  readonly resources: string | undefined;
  /** Whether this user may use the socket of the system's own engine. */
  readonly mayUse: (socket: string) => boolean;
}

/** Socket of the engine that runs as a service of this computer (packaging/slipway.service). */
const SERVICE_SOCKET = "/run/slipway/engine.sock";

/** `--data` and `--socket` are passed on to the engine's program as they were given. */
const PASSED_ON = /^--(data|socket|lab)=(.+)$/;

/** Finds the places. An engine that runs as a service is preferred to one of the user's own, unless the command line says more. */
export const placesFor = ({ argv, env, here, resources, mayUse }: PlaceFacts): Places => {
  const given = argv.filter((word) => PASSED_ON.test(word));
  const isChosen =
    given.length > 0 || env["SLIPWAY_SOCKET"] !== undefined || env["SLIPWAY_HOME"] !== undefined;
  const options = isChosen || !mayUse(SERVICE_SOCKET) ? given : [`--socket=${SERVICE_SOCKET}`];
  const program =
    resources === undefined ? join(here, "..", "..", "slipway") : join(resources, "engine", "slipway");
  return {
    engine: { command: program, options },
    ui:
      env["SLIPWAY_UI"] ?? (resources === undefined ? join(here, "..", "renderer") : join(here, "renderer")),
    preload: join(here, "preload.cjs"),
    icon: join(here, "icon.png"),
  };
};

/** True when this user may write to it. */
export const isUsable = (socket: string): boolean => {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
};
