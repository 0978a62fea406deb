import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { BuildItem, LockItem } from "../contract/api/bundle-build.ts";
import type { WorkProgress } from "../contract/api/work.ts";
import type { Progress } from "../core/ports/bundle.ts";
import type { BuildEvent } from "../services/bundle-build.ts";
import type { CallContext, EngineServices } from "./services.ts";
import { workFeed } from "./work-feed.ts";

const done = { done: true } as const;

/** Calls about bundles. Work stops when its caller goes or the engine ends; what was finished is kept. */
export const bundlesRouter = ({ bundles, engine }: Pick<EngineServices, "bundles" | "engine">) => {
  const os = implement(contract.bundles).$context<CallContext>();
  const until = (signal: AbortSignal | undefined): AbortSignal =>
    AbortSignal.any([engine.closing, ...(signal === undefined ? [] : [signal])]);
  return os.router({
    list: os.list.handler(async () => [...(await bundles.list())]),
    info: os.info.handler(({ input }) => bundles.info(input.reference)),
    peek: os.peek.handler(({ input, signal }) => bundles.peek(input, until(signal))),
    verify: os.verify.handler(({ input, context, signal }) =>
      progressFeed((emit) => bundles.verify(input, { by: context.by, signal: until(signal), emit })),
    ),
    import: os.import.handler(({ input, context, signal }) =>
      progressFeed((emit) => bundles.import(input, { by: context.by, signal: until(signal), emit })),
    ),
    export: os.export.handler(({ input, context, signal }) =>
      progressFeed((emit) => bundles.export(input, { by: context.by, signal: until(signal), emit })),
    ),
    build: os.build.handler(({ input, context, signal }) =>
      workFeed(
        (emit: (event: BuildEvent) => void) =>
          bundles.build(input, { by: context.by, signal: until(signal), emit }),
        {
          event: (event): BuildItem => ({ kind: "event", event }),
          end: (result): BuildItem => ({ kind: "done", result }),
        },
        { key: (event) => (event.kind === "line" ? `line of ${event.component}` : undefined) },
      ),
    ),
    lock: os.lock.handler(({ input, context, signal }) =>
      workFeed(
        (emit: (line: string) => void) =>
          bundles.lock(input, { by: context.by, signal: until(signal), emit }),
        {
          event: (text): LockItem => ({ kind: "line", text }),
          end: (result): LockItem => ({ kind: "done", result }),
        },
      ),
    ),
    diff: os.diff.handler(({ input }) => bundles.diff(input.older, input.newer)),
    inventory: os.inventory.handler(async ({ input }) => {
      const { inventory, text } = await bundles.inventory(input?.site);
      return { inventory, ...(text === undefined ? {} : { text }) };
    }),
    sbom: os.sbom.handler(async ({ input }) => [...(await bundles.sbom(input.reference, input.component))]),
    extract: os.extract.handler(async ({ input: { reference, ...extraction }, signal }) => [
      ...(await bundles.extract(reference, { ...extraction, signal: until(signal) })),
    ]),
    remove: os.remove.handler(async ({ input }) => {
      await bundles.remove(input.reference);
      return done;
    }),
    gc: os.gc.handler(({ input }) => bundles.gc(input.dryRun)),
    fsck: os.fsck.handler(({ input, context, signal }) =>
      progressFeed((emit) => bundles.fsck(input.repair, { by: context.by, signal: until(signal), emit })),
    ),
    keygen: os.keygen.handler(({ input }) => bundles.keygen(input.path, input.type, input.passphrase)),
    sign: os.sign.handler(({ input, context, signal }) =>
      bundles.sign(input, { by: context.by, signal: until(signal) }),
    ),
    trusted: os.trusted.handler(async () => [...(await bundles.trusted())]),
    trust: os.trust.handler(({ input: { notAfter, ...key }, context }) =>
      bundles.trust({ ...key, by: context.by, ...(notAfter === undefined ? {} : { notAfter }) }),
    ),
    revoke: os.revoke.handler(async ({ input, context }) => {
      await bundles.revoke(input.key, { by: context.by, why: input.why });
      return done;
    }),
  });
};

type WorkItem<R> = { kind: "progress"; progress: WorkProgress } | { kind: "done"; result: R };

/** Of progress only the newest of each stage matters. */
export const progressFeed = <R>(work: (emit: (progress: Progress) => void) => Promise<R>) =>
  workFeed(
    work,
    {
      event: (progress): WorkItem<R> => ({ kind: "progress", progress }),
      end: (result): WorkItem<R> => ({ kind: "done", result }),
    },
    { key: ({ stage }) => stage },
  );
