import { join, resolve } from "node:path";
import type { Environment } from "./environment.ts";

/** Where an engine keeps its data and is to be found. */
export interface Places {
  readonly data: string;
  readonly socketPath: string;
  /** True when the operator named the socket: then no engine is started for them. */
  readonly socketNamed: boolean;
  /** Lab whose network a private engine is started in. */
  readonly lab?: { readonly name: string; readonly namespace: string };
}

/** The options that decide it. */
export interface PlaceOptions {
  readonly data?: string;
  readonly socket?: string;
  readonly lab?: string;
}

/** Folder of the labs unless SLIPWAY_LAB_HOME says otherwise. Labs need root, so there is one place. */
export const DEFAULT_LAB_HOME = "/var/lib/slipway/lab";

/** Works the places out: options first, then SLIPWAY_HOME and SLIPWAY_SOCKET, then the system's conventions. */
export const placesFor = (options: PlaceOptions, environment: Environment): Places => {
  const { env } = environment;
  const labHome = env["SLIPWAY_LAB_HOME"] ?? DEFAULT_LAB_HOME;
  const data = resolve(
    options.data ??
      (options.lab === undefined
        ? (env["SLIPWAY_HOME"] ?? defaultData(environment))
        : join(labHome, options.lab, "state")),
  );
  const named = options.socket ?? (options.lab === undefined ? env["SLIPWAY_SOCKET"] : undefined);
  return {
    data,
    socketPath: named === undefined ? join(data, "engine.sock") : resolve(named),
    socketNamed: named !== undefined,
    ...(options.lab === undefined
      ? {}
      : { lab: { name: options.lab, namespace: labNamespace(options.lab) } }),
  };
};

/** Network namespace of a lab, as the lab makes it (docs/lab.md). */
export const labNamespace = (lab: string): string => `/run/netns/slipway-${lab}`;

const defaultData = ({ env, home, userId }: Environment): string =>
  userId === 0 ? "/var/lib/slipway" : join(env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "slipway");
