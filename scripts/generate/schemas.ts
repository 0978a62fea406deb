import { OpenAPIGenerator } from "@orpc/openapi";
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
    await new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
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
          "Calls of the engine over its Unix socket. Every failure is a WireError of the catalogue (docs/errors.md).",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
    }),
  );

/** docs/cluster.schema.json: what an editor needs to complete and check a cluster spec while it is written. */
export const clusterSchema = (): string => json(clusterJsonSchema());
