import { OpenAPIHandler } from "@orpc/openapi/node";
import { SmartCoercionPlugin } from "@orpc/json-schema";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";
import type { CallMeta } from "../contract/api/base.ts";
import type { createRouter } from "./router.ts";
import type { HandlerSettings } from "./server.ts";
import type { CallContext } from "./services.ts";

/** Serves the same router in the form of docs/openapi.json: plain paths, query strings and JSON. */
export const createApiHandler = (
  router: ReturnType<typeof createRouter>,
  settings: HandlerSettings,
): OpenAPIHandler<CallContext> =>
  new OpenAPIHandler<CallContext>(router, {
    ...settings,
    filter: ({ contract: { "~orpc": call } }) => (call.meta as CallMeta).permission !== "everyone",
    plugins: [
      ...settings.plugins,
      new SmartCoercionPlugin({ schemaConverters: [new ZodToJsonSchemaConverter()] }),
    ],
  });
