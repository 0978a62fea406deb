import { ALL_GRANTS, type Asker } from "../core/accounts/permission.ts";
import type { Origin, Person } from "../services/accounts/types.ts";

/** How a transport changes the browser's session cookie. Absent where no headers can be sent. */
export interface CookieJar {
  set(value: string): void;
  clear(): void;
}

/** Who asks, as the transport found out. */
export interface Client extends Origin {
  /** Undefined before they sign in. */
  readonly person: Person | undefined;
  readonly cookies?: CookieJar;
}

/** The owner of the Unix socket: the operating system let them in, so they are the operator of this appliance. */
export const socketClient = (user: string): Client => ({
  address: "local",
  agent: "",
  person: { user, via: "socket", grants: ALL_GRANTS, totp: false },
});

/** A client as permissions see it. */
export const askerOf = ({ person }: Client): Asker => person ?? { via: "none", grants: { clusters: {} } };
