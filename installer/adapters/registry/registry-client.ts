import { setTimeout as sleep } from "node:timers/promises";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { PushTarget } from "../../core/ports/bundle-push.ts";
import { type HttpReply, httpClient, type RequestBody } from "./http-call.ts";

/** A request to a registry, by path, or by the address an answer named. */
export interface RegistryCall {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Repositories that are read from and written to, for registries that give out a token for each. */
  readonly scopes: readonly string[];
  /** Statuses that are an answer; every other one is an error. */
  readonly accept: readonly number[];
  /** What is being done, named in errors. */
  readonly item: string;
}

/** Speaks the OCI distribution protocol 1.1 with one registry: signs in, tries again, says what was refused. */
export interface RegistryClient extends Disposable {
  /** One request, made again when another try may help. */
  call(call: RegistryCall): Promise<HttpReply>;
  /** One request, made once. */
  attempt(call: RegistryCall): Promise<HttpReply>;
  /** Does several requests again from the first one when one of them failed in a way that may pass. */
  repeat<T>(work: () => Promise<T>): Promise<T>;
  /** The address a registry named in an answer, which may be a path. */
  resolve(location: string): URL;
  retries(): number;
}

/** First pause before another try; doubled each time, at most half a minute. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Answers that another try may change (RFC 9110, RFC 6585). */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Opens a client; its connections are kept until it is disposed. */
export const registryClient = (
  target: PushTarget,
  { attempts, signal }: { readonly attempts: number; readonly signal: AbortSignal },
): RegistryClient => {
  const http = httpClient(target.ca);
  const origin = new URL(target.address);
  const tokens = new Map<string, string>();
  let retries = 0;

  const once = async (call: RegistryCall): Promise<HttpReply> => {
    const url = typeof call.path === "string" ? new URL(call.path, origin) : call.path;
    const scope = call.scopes.join(" ");
    const ask = async (): Promise<HttpReply> => {
      const token = url.origin === origin.origin ? tokens.get(scope) : undefined;
      const headers = { ...call.headers, ...(token === undefined ? {} : { authorization: token }) };
      const { method, body } = call;
      return http.call({ method, url, headers, signal, ...(body === undefined ? {} : { body }) });
    };
    const reply = await ask();
    if (reply.status !== 401 || url.origin !== origin.origin) return reply;
    const token = await signIn(reply, call);
    if (token === undefined) return reply;
    tokens.set(scope, token);
    return ask();
  };

  /** Value for the header `authorization`, as the challenge asks for it (RFC 9110, 11; distribution spec "token"). */
  const signIn = async (refused: HttpReply, call: RegistryCall): Promise<string | undefined> => {
    const challenge = refused.headers["www-authenticate"] ?? "";
    const { credentials } = target;
    const basic =
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    if (!/^bearer /i.test(challenge)) return basic;
    const realm = parameterOf(challenge, "realm");
    if (realm === undefined) return undefined;
    const url = new URL(realm, origin);
    // Whoever can read the line must not get the password where the registry itself is reached safely.
    if (origin.protocol === "https:" && url.protocol !== "https:") return undefined;
    const service = parameterOf(challenge, "service");
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of call.scopes) url.searchParams.append("scope", scope);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    const reply = await http.call({ method: "GET", url, headers, signal });
    const token = reply.status === 200 ? tokenIn(reply.text) : undefined;
    return token === undefined ? undefined : `Bearer ${token}`;
  };

  const failures = new WeakMap<SlipwayError, number>();
  const attempt = async (call: RegistryCall): Promise<HttpReply> => {
    const outcome = await once(call).then(
      (reply) => ({ reply }),
      (error: unknown) => ({ error }),
    );
    if (signal.aborted) throw SlipwayError.of("CANCELLED", {});
    if ("reply" in outcome && call.accept.includes(outcome.reply.status)) return outcome.reply;
    const failure = failureOf(outcome, call, target.address);
    const pause = leastPause(outcome);
    if (pause !== undefined) failures.set(failure, pause);
    throw failure;
  };
  const repeat = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tried = 1, pause = FIRST_PAUSE_MS; ; tried += 1, pause *= 2) {
      try {
        return await work();
      } catch (error) {
        const least = error instanceof SlipwayError ? failures.get(error) : undefined;
        if (least === undefined || tried >= attempts) throw error;
        retries += 1;
        await sleep(Math.min(Math.max(pause, least), LONGEST_PAUSE_MS), undefined, { signal }).catch(() => {
          throw SlipwayError.of("CANCELLED", {});
        });
      }
    }
  };
  return {
    attempt,
    repeat,
    call: async (call) => repeat(async () => attempt(call)),
    resolve: (location) => new URL(location, origin),
    retries: () => retries,
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
};

type Outcome = { readonly reply: HttpReply } | { readonly error: unknown };

/** Milliseconds until another try makes sense; undefined when none does. */
const leastPause = (outcome: Outcome): number | undefined => {
  if ("error" in outcome) return outcome.error instanceof SlipwayError ? undefined : 0;
  if (!PASSING.has(outcome.reply.status)) return undefined;
  const asked = Number(outcome.reply.headers["retry-after"]) * 1000;
  return Number.isFinite(asked) ? asked : 0;
};

const failureOf = (outcome: Outcome, call: RegistryCall, registry: string): SlipwayError => {
  if ("error" in outcome) {
    const { error } = outcome;
    if (error instanceof SlipwayError) return error;
    const problem = error instanceof Error ? error.message : String(error);
    return SlipwayError.of(
      "BUNDLE_PUSH_UNREACHABLE",
      { registry, item: call.item, problem },
      { cause: error },
    );
  }
  const { status, text } = outcome.reply;
  return SlipwayError.of("BUNDLE_PUSH_REFUSED", {
    registry,
    item: call.item,
    status,
    problem: problemIn(text),
  });
};

/** What a registry says of an error: `{"errors": [{"code", "message"}]}`. */
const problemIn = (text: string): string => {
  const found = /"code"\s*:\s*"([A-Z_]+)"(?:[^{}]*"message"\s*:\s*"([^"]{1,200})")?/.exec(text);
  return found === null
    ? text.slice(0, 200).trim() || "no reason given"
    : [found[1], found[2]].filter(Boolean).join(": ");
};

const parameterOf = (challenge: string, name: string): string | undefined =>
  new RegExp(`[ ,]${name}="([^"]*)"`, "i").exec(challenge)?.[1];

const tokenIn = (text: string): string | undefined => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const token =
      "token" in parsed ? parsed.token : "access_token" in parsed ? parsed.access_token : undefined;
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
};
