import { implement, withEventMeta } from "@orpc/server";
import { stringify } from "yaml";
import { contract } from "../contract/api/index.ts";
import type { FeedItem, Operation, Step } from "../contract/api/operations.ts";
import type { EditedCluster, SpecSource } from "../contract/api/base.ts";
import type { OperationParameters } from "../contract/parameters.ts";
import type { ClusterSpec } from "../contract/spec/cluster.ts";
import type { OperationRecord, StepRecord } from "../core/ports/journal.ts";
import { editedSpec } from "../core/cluster/leave-edit.ts";
import { mergeAccess } from "../core/spec/merge.ts";
import { requireClusterSpec } from "../core/spec/parse.ts";
import type { Client } from "./client-of.ts";
import { requireNoFiles } from "./files-named.ts";
import type { CallContext, EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Calls about operations. */
export const operationsRouter = ({ operations, clusters, checks, engine }: EngineServices) => {
  const os = implement(contract.operations).$context<CallContext>();
  const read = (source: SpecSource): ClusterSpec =>
    mergeAccess(requireClusterSpec(source, { checks: checks.map(({ id }) => id) }));
  const clusterOf = async (
    { spec: source, parameters }: { spec: SpecSource | EditedCluster; parameters: OperationParameters },
    client: Client,
  ): Promise<ClusterSpec> => {
    requireNoFiles(parameters, client, "operations.start");
    if (!("cluster" in source)) {
      const written = read(source);
      requireNoFiles(written, client, "operations.start");
      return written;
    }
    requireNoFiles(source.with, client, "operations.start");
    const { spec } = await clusters.get(source.cluster);
    if (source.without === undefined && source.with === undefined) return spec;
    // Judged like one that an operator wrote: the rules are about the result, whoever made it.
    return read({ file: `cluster ${source.cluster}`, text: stringify(editedSpec(spec, source)) });
  };

  return os.router({
    plan: os.plan.handler(async ({ input, context, signal }) =>
      operations.plan(
        {
          workflow: input.workflow,
          cluster: await clusterOf(input, context.client),
          parameters: input.parameters,
        },
        signal ?? new AbortController().signal,
      ),
    ),
    start: os.start.handler(async ({ input, context }) =>
      operationView(
        await operations.start({
          workflow: input.workflow,
          cluster: await clusterOf(input, context.client),
          parameters: input.parameters,
          by: context.by,
          ...(input.confirmation === undefined ? {} : { confirmation: input.confirmation }),
        }),
      ),
    ),
    list: os.list.handler(async ({ input: { status, cluster, limit } = {} }) => {
      const found = await operations.list({
        ...(status === undefined ? {} : { status }),
        ...(cluster === undefined ? {} : { cluster }),
        ...(limit === undefined ? {} : { limit }),
      });
      return found.map(operationView);
    }),
    get: os.get.handler(async ({ input }) => operationView(await operations.get(input.id))),
    steps: os.steps.handler(async ({ input }) => {
      await operations.get(input.id);
      return (await operations.steps(input.id)).map(stepView);
    }),
    events: os.events.handler(async ({ input, lastEventId, signal }) => {
      await operations.get(input.id);
      const after = Math.max(input.after ?? 0, sequenceOf(lastEventId));
      const until = AbortSignal.any([engine.closing, ...(signal === undefined ? [] : [signal])]);
      return numbered(operations.feed({ operation: input.id, after }, until));
    }),
    pause: os.pause.handler(async ({ input, context }) => {
      await operations.pause(input.id, { by: context.by, why: input.why });
      return done;
    }),
    resume: os.resume.handler(async ({ input, context }) => {
      await operations.resume(input.id, { by: context.by, why: input.why }, input.machine);
      return done;
    }),
    cancel: os.cancel.handler(async ({ input, context }) => {
      await operations.cancel(input.id, { by: context.by, why: input.why });
      return done;
    }),
    skip: os.skip.handler(async ({ input: { id, machine, phase, why }, context }) => {
      const target = phase === undefined ? { machine } : { machine, phase };
      await operations.skip(id, target, { by: context.by, why });
      return done;
    }),
  });
};

/** Journalled items carry their sequence number as event id, so that a client's reconnect resumes by itself. */
async function* numbered(feed: AsyncIterable<FeedItem>): AsyncGenerator<FeedItem, void, void> {
  for await (const item of feed) {
    yield item.kind === "event" ? withEventMeta(item, { id: String(item.event.seq) }) : item;
  }
}

const sequenceOf = (eventId: string | undefined): number => {
  const number = Number(eventId ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
};

const operationView = (record: OperationRecord): Operation => ({
  id: record.id,
  workflow: record.workflow,
  cluster: record.cluster.name,
  machines: record.cluster.machines.map(({ name }) => name),
  parameters: record.parameters,
  by: record.by,
  steps: record.steps,
  status: record.status,
  createdAt: record.createdAt,
  ...(record.endedAt === undefined ? {} : { endedAt: record.endedAt }),
  lastSeq: record.lastSeq,
});

const stepView = ({ step, state, attempt, output, error, lastSeq }: StepRecord): Step => ({
  step,
  state,
  attempt,
  ...(output === undefined ? {} : { output }),
  ...(error === undefined ? {} : { error }),
  lastSeq,
});
