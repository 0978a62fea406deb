import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import { progressFeed } from "./bundles.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls about the registry of the appliance. */
export const registryRouter = (services: EngineServices) => {
  const { registry, siteCa, bundles, engine } = services;
  const os = implement(contract.registry).$context<CallContext>();
  return os.router({
    status: os.status.handler(() => registry.status()),
    push: os.push.handler(({ input: { credentials, ca, parallel, ...request }, context, signal }) =>
      progressFeed((emit) =>
        bundles.push(
          {
            ...request,
            ...(credentials === undefined ? {} : { credentials }),
            ...(ca === undefined ? {} : { ca }),
            ...(parallel === undefined ? {} : { parallel }),
          },
          {
            by: context.by,
            signal: AbortSignal.any([engine.closing, ...(signal === undefined ? [] : [signal])]),
            emit,
          },
        ),
      ),
    ),
    authority: os.authority.handler(async () => ({ certificate: await siteCa.certificate() })),
  });
};
