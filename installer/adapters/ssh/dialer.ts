import type { Duplex } from "node:stream";
import type { ServerHostKeyAlgorithm } from "ssh2";
import type { SshAccess } from "../../contract/spec/access.ts";
import { isCode, SlipwayError } from "../../core/contract.ts";
import type { HostKeys, Log } from "../../core/ports/index.ts";
import { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import { type Destination, jumpDestination } from "./destination.ts";
import { handshake, type Handshake } from "./handshake.ts";
import { pinHostKey } from "./host-key.ts";
import type { SshLimits } from "./limits.ts";
import { explainNetwork } from "./network-error.ts";
import { Semaphore } from "./semaphore.ts";
import { type Endpoint, endpointText, openSocket } from "./socket.ts";

/** Opens a transport to an endpoint; replaceable where machines live in another network namespace. */
export type OpenTransport = (
  endpoint: Endpoint,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<Duplex>;

/** What the dialer works with. */
export interface DialerParts {
  readonly credentials: Credentials;
  readonly hostKeys: HostKeys;
  readonly limits: SshLimits;
  readonly log: Log;
  readonly openTransport?: OpenTransport | undefined;
}

/** Host keys that a server may have besides the kind it prefers; a pin may be of any of them. */
const otherKinds: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  ["rsa-sha2-512", "rsa-sha2-256"],
  ["ssh-ed25519"],
];

/** Makes connections: transport (straight or through a jump host), handshake, pin. Jump connections are shared. */
export class Dialer {
  readonly #parts: DialerParts;
  readonly #opening: Semaphore;
  readonly #jumps = new Map<string, Promise<Connection>>();
  readonly #kinds = new Map<string, readonly ServerHostKeyAlgorithm[]>();

  constructor(parts: DialerParts) {
    this.#parts = parts;
    this.#opening = new Semaphore(parts.limits.connectingAtOnce);
  }

  /** Rejects with the errors of openSocket and handshake, or those of the secrets store. */
  async dial(destination: Destination, signal: AbortSignal): Promise<Connection> {
    const jump = destination.jump === undefined ? undefined : await this.#jump(destination.jump, signal);
    return this.#opening.hold(() => this.#connect(destination, jump, signal));
  }

  /** Closes what is shared between machines. */
  async close(): Promise<void> {
    const jumps = [...this.#jumps.values()];
    this.#jumps.clear();
    for (const jump of await Promise.allSettled(jumps)) {
      if (jump.status === "fulfilled") jump.value.close();
    }
  }

  async #connect(
    destination: Destination,
    jump: Connection | undefined,
    signal: AbortSignal,
  ): Promise<Connection> {
    const endpoint = endpointText(destination);
    const user = destination.login.user ?? "root";
    const credentials = await this.#parts.credentials.of(destination.login);
    if (credentials.length === 0) throw SlipwayError.of("SSH_NO_CREDENTIALS", { endpoint });
    const { hostKeys: pins, limits } = this.#parts;
    const policy = { endpoint, demanded: destination.hostKey, pins };
    const attempt = async (
      kinds: readonly ServerHostKeyAlgorithm[] | undefined,
    ): Promise<{ socket: Duplex; made: Handshake }> => {
      const socket = await this.#transport(destination, jump, signal);
      const made = await handshake({
        endpoint,
        user,
        socket,
        credentials,
        policy,
        limits,
        ...(kinds === undefined ? {} : { hostKeyKinds: kinds }),
      });
      return { socket, made };
    };
    const { socket, made } = await attempt(this.#kinds.get(endpoint)).catch((error: unknown) =>
      this.#tryOtherKinds(endpoint, error, attempt),
    );
    const connection = new Connection(endpoint, socket, { handshake: made, limits });
    if (made.firstSeen) {
      try {
        await pinHostKey(policy, made.hostKey);
      } catch (error) {
        connection.close();
        throw error;
      }
    }
    this.#parts.log.debug({ endpoint, user, hostKey: made.hostKey }, "ssh connection opened");
    return connection;
  }

  /** A server with several host keys shows the kind it was asked for; only if none of them is the pinned one is it another machine. */
  async #tryOtherKinds<T>(
    endpoint: string,
    first: unknown,
    attempt: (kinds: readonly ServerHostKeyAlgorithm[]) => Promise<T>,
  ): Promise<T> {
    if (!isCode(first, "HOST_KEY_CHANGED") && !isCode(first, "HOST_KEY_UNKNOWN")) throw first;
    for (const kinds of otherKinds) {
      try {
        const made = await attempt(kinds);
        this.#kinds.set(endpoint, kinds);
        return made;
      } catch (error) {
        const wrongKey =
          isCode(error, "HOST_KEY_CHANGED") ||
          isCode(error, "HOST_KEY_UNKNOWN") ||
          isCode(error, "SSH_HANDSHAKE_FAILED");
        if (!wrongKey) throw error;
      }
    }
    throw first;
  }

  async #transport(
    destination: Destination,
    jump: Connection | undefined,
    signal: AbortSignal,
  ): Promise<Duplex> {
    if (jump === undefined) {
      const open = this.#parts.openTransport ?? openSocket;
      return open(destination, { timeoutMs: this.#parts.limits.connectMs, signal });
    }
    const opening = await jump.forward(destination.address, destination.port);
    if (opening.state === "opened") return opening.channel.stream;
    const endpoint = endpointText(destination);
    if (opening.state === "lost") throw opening.error;
    throw SlipwayError.of(
      "HOST_UNREACHABLE",
      { endpoint, reason: "JUMP_REFUSED" },
      { detail: explainNetwork("JUMP_REFUSED", new Error(`${jump.endpoint}: ${opening.problem}`)) },
    );
  }

  #jump(jump: NonNullable<SshAccess["jump"]>, signal: AbortSignal): Promise<Connection> {
    const key = JSON.stringify(jump);
    const known = this.#jumps.get(key);
    if (known !== undefined) return known;
    const made = this.#opening.hold(() => this.#connect(jumpDestination(jump), undefined, signal));
    this.#jumps.set(key, made);
    const forget = (): void => {
      if (this.#jumps.get(key) === made) this.#jumps.delete(key);
    };
    made.then((connection) => connection.onGone(forget), forget);
    return made;
  }
}
