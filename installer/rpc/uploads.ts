import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import { progressFeed } from "./bundles.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls that bring bundles in pieces. */
export const uploadsRouter = ({
  uploads,
  bundles,
  engine,
}: Pick<EngineServices, "uploads" | "bundles" | "engine">) => {
  const os = implement(contract.uploads).$context<CallContext>();
  return os.router({
    begin: os.begin.handler(({ input, context }) => uploads.begin(input, context.by)),
    add: os.add.handler(({ input: { data, ...piece }, context }) =>
      uploads.add({ ...piece, data: Buffer.from(data, "base64") }, context.by),
    ),
    import: os.import.handler(({ input: { id, unsigned }, context, signal }) =>
      progressFeed((emit) => {
        const until = AbortSignal.any([engine.closing, ...(signal === undefined ? [] : [signal])]);
        const run = { by: context.by, signal: until, emit };
        return uploads.use(id, context.by, (path) => bundles.import({ locations: [path], unsigned }, run));
      }),
    ),
  });
};
