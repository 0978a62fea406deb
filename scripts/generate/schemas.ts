import { OpenAPIGenerator } from "@orpc/openapi";
import type { OpenAPI } from "@orpc/contract";
import type { CallMeta } from "../../installer/contract/api/base.ts";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";
import { contract } from "../../installer/contract/api/index.ts";
import { CONTRACT_VERSION } from "../../installer/contract/api/version.ts";
import { WireError } from "../../installer/contract/errors/index.ts";
import { MachineFacts } from "../../installer/contract/facts.ts";
import { OperationEvent } from "../../installer/contract/operation.ts";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { clusterJsonSchema } from "../../installer/core/spec/json-schema.ts";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** docs/openapi.json: the contract for programs in any language (OpenAPI 3.1). */
export const openApiDocument = async (): Promise<string> =>
  json(
    withFailures(
      await new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
        // Signing in sets a cookie, which /api does not take: programs bring tokens.
        filter: ({ contract: { "~orpc": call } }) => (call.meta as CallMeta).permission !== "everyone",
        security: [{ token: [] }],
        commonSchemas: {
          ClusterSpec: { schema: ClusterSpec },
          MachineFacts: { schema: MachineFacts },
          OperationEvent: { schema: OperationEvent },
          WireError: { schema: WireError },
        },
        info: {
          title: "Slipway engine",
          version: String(CONTRACT_VERSION),
          description:
            "Calls of the engine, below /api of its Unix socket and of the console. Every failure carries a WireError of the catalogue (docs/errors.md). Who may call what: docs/permissions.md.",
          license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        },
      }),
    ),
  );

/** Adds what every call can answer: a failure, and the need of a token over TLS. */
const withFailures = (document: OpenAPI.Document): OpenAPI.Document => {
  const failure = { $ref: "#/components/responses/Failure" };
  const calls = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path ?? {}));
  for (const call of calls as { responses?: Record<string, unknown> }[]) {
    for (const response of Object.values(call.responses ?? {})) asText(response as FeedResponse);
    call.responses = { ...call.responses, "4XX": failure };
  }
  return {
    ...document,
    components: {
      ...document.components,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: {
        Failure: {
          description: "It was not done, or it failed",
          content: { "application/json": { schema: failureSchema } },
        },
      },
    },
  };
};

interface FeedResponse {
  content?: Record<string, { schema?: { oneOf?: { properties?: Record<string, unknown> }[] } }>;
}

/** What an event of a feed carries is JSON as text, and so the document says. */
const asText = ({ content }: FeedResponse): void => {
  for (const { properties } of content?.["text/event-stream"]?.schema?.oneOf ?? []) {
    if (properties?.["data"] === undefined) continue;
    const contentSchema = properties["data"];
    properties["data"] = { type: "string", contentMediaType: "application/json", contentSchema };
  }
};

const failureSchema: OpenAPI.SchemaObject = {
  type: "object",
  required: ["code", "status", "message", "data"],
  properties: {
    defined: { type: "boolean" },
    code: { type: "string" },
    status: { type: "integer" },
    message: { type: "string" },
    data: { $ref: "#/components/schemas/WireError" },
  },
};

/** docs/cluster.schema.json: what an editor needs to complete and check a cluster spec while it is written. */
export const clusterSchema = (): string => json(clusterJsonSchema());
