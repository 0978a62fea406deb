import { posix } from "node:path";
import type { SshAccess } from "../../contract/spec/access.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { WriteOptions } from "../../core/ports/remote.ts";
import type { LoginSpec } from "./credentials.ts";
import type { Endpoint } from "./socket.ts";

/** A server to log in to: a machine, or the jump host before it. */
export interface Destination extends Endpoint {
  readonly login: LoginSpec;
  readonly hostKey: string | undefined;
  readonly jump: SshAccess["jump"];
}

/** The machine's ssh section as a destination. */
export const destinationOf = ({ address, ssh = {} }: MachineSpec): Destination => {
  const { port = 22, hostKey, jump, user, privateKey, passphrase, password, agent } = ssh;
  return { address, port, hostKey, jump, login: defined({ user, privateKey, passphrase, password, agent }) };
};

/** A jump host as a destination of its own. */
export const jumpDestination = (jump: NonNullable<SshAccess["jump"]>): Destination => {
  const { address, port, hostKey, ...login } = jump;
  return { address, port, hostKey, jump: undefined, login: defined(login) };
};

/** The same object without the keys that hold undefined. */
const defined = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never;

/** Refuses paths that are not absolute and normal: they would be taken from `/`, or leave the folder they seem to be in. */
export const absolute = (path: string): string => {
  if (!path.startsWith("/") || path.endsWith("/") || posix.normalize(path) !== path) {
    throw new TypeError(`not an absolute file path: ${path}`);
  }
  return path;
};

/** Permission bits as chmod takes them. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

/** Owner and group as chown takes them; ":" leaves both as they are. */
export const ownership = ({ owner = "", group = "" }: WriteOptions): string =>
  group === "" && owner !== "" ? owner : `${owner}:${group}`;
