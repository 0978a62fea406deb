import type { RPCHandlerOptions } from "@orpc/server/node";
import type { CallMeta, Permission } from "../contract/api/base.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { inScope, isAudited, mayCall, maySee, type Asker } from "../core/accounts/permission.ts";
import { summaryOf } from "../core/audit/summary.ts";
import type { AuditedAction, AuditSubject } from "../services/audit.ts";
import { askerOf, type Client } from "./client-of.ts";
import { clustersNamed, type NamedClusters } from "./clusters-named.ts";
import { toCallError } from "./errors.ts";
import type { CallContext, EngineServices } from "./services.ts";

type CallInterceptor = NonNullable<RPCHandlerOptions<CallContext>["clientInterceptors"]>[number];

/**
 * Lets a call through or refuses it, by the permission it declares; what changes something is in the audit log before it
 * begins and again when it has ended, feeds when their last item has been taken. Stands between every transport and every
 * handler.
 */
export const gate =
  (services: EngineServices): CallInterceptor =>
  async ({ next, ...options }) => {
    const { permission = "local" } = options.procedure["~orpc"].meta as CallMeta;
    const call = options.path.join(".");
    const { client } = options.context;
    if (permission === "everyone") return next(options);

    const named = await clustersNamed(call, options.input, services);
    const subject = subjectOf(client, call, { input: options.input, named });
    const refusal = refusalOf(client, { call, permission, named });
    if (refusal !== undefined) {
      // Strangers are counted by the transport; what they could write here would only fill the disk.
      if (client.person !== undefined) await services.audit.note(subject, refusal);
      throw refusal;
    }
    if (!isAudited(permission)) return narrowed(await next(options), { asker: askerOf(client), permission });
    return audited(services, subject, { call, work: () => next(options) });
  };

const subjectOf = (
  { person, address }: Client,
  action: string,
  about: { readonly input: unknown; readonly named: NamedClusters },
): AuditSubject => ({
  user: person?.user ?? "",
  via: person?.via ?? "none",
  address,
  action,
  ...summaryOf(about.input, about.named.names[0]),
});

const refusalOf = (
  client: Client,
  {
    call,
    permission,
    named,
  }: { readonly call: string; readonly permission: Permission; readonly named: NamedClusters },
): SlipwayError | undefined => {
  const { person } = client;
  if (person === undefined) return SlipwayError.of("SIGN_IN_NEEDED", { call });
  if (person.token !== undefined && !inScope(person.token.scopes, call)) {
    return SlipwayError.of("TOKEN_SCOPE", { token: person.token.name, call });
  }
  // One right on each cluster named; the site's where none is named, or where machines are written out.
  const clusters = named.freeForm || named.names.length === 0 ? [undefined] : named.names;
  if (clusters.every((cluster) => mayCall(person, permission, cluster))) return undefined;
  return SlipwayError.of("PERMISSION_DENIED", { user: person.user, call, needed: permission });
};

/** Runs what changes something between its two entries. */
const audited = async (
  { audit, redactor }: EngineServices,
  subject: AuditSubject,
  { call, work }: { readonly call: string; readonly work: () => Promise<unknown> },
): Promise<unknown> => {
  const action = await audit.begin(subject);
  const failed = async (thrown: unknown): Promise<void> => {
    const { data } = toCallError(thrown, { call, redactor });
    await action.end(new SlipwayError(data.code as SlipwayError["code"], data.params));
  };
  try {
    const output = await work();
    if (isFeed(output)) return auditedFeed(output, { action, failed });
    await action.end();
    return output;
  } catch (thrown) {
    await failed(thrown);
    throw thrown;
  }
};

async function* auditedFeed(
  feed: AsyncIterable<unknown>,
  { action, failed }: { readonly action: AuditedAction; readonly failed: (thrown: unknown) => Promise<void> },
): AsyncGenerator<unknown, void, void> {
  let ended = false;
  try {
    yield* feed;
    ended = true;
    await action.end();
  } catch (thrown) {
    ended = true;
    await failed(thrown);
    throw thrown;
  } finally {
    // Whoever read it has gone.
    if (!ended) await action.end(SlipwayError.of("CANCELLED", {}));
  }
}

/** Cuts an answer down to the clusters that the caller may see. */
const narrowed = (
  output: unknown,
  { asker, permission }: { readonly asker: Asker; readonly permission: Permission },
): unknown => {
  if (permission !== "viewEach" || mayCall(asker, "view", undefined)) return output;
  const visible = (item: unknown): boolean => {
    const cluster = clusterOf(item);
    return cluster !== undefined && maySee(asker, cluster);
  };
  if (Array.isArray(output)) return output.filter(visible);
  if (visible(output)) return output;
  throw SlipwayError.of("PERMISSION_DENIED", { user: "", call: "", needed: "view" });
};

const clusterOf = (item: unknown): string | undefined =>
  typeof item === "object" && item !== null && "cluster" in item && typeof item.cluster === "string"
    ? item.cluster
    : undefined;

const isFeed = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === "object" && output !== null && Symbol.asyncIterator in output;
