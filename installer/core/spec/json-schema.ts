import * as z from "zod";
import { ClusterSpec } from "../../contract/spec/cluster.ts";

/** What is left open may be left out: machines get their default names before the schema sees them. */
const mayBeLeftOut: Readonly<Record<string, string>> = { "/properties/machines/items": "name" };

/**
 * JSON schema of a spec as it is written, for editors: descriptions hold both languages, `x-description-zh` the Chinese
 * alone, and `examples` values worth copying.
 */
export const clusterJsonSchema = (): Record<string, unknown> => ({
  title: "Slipway cluster spec",
  ...z.toJSONSchema(ClusterSpec, {
    io: "input",
    override({ jsonSchema, path }) {
      const optional = mayBeLeftOut[`/${path.join("/")}`];
      if (optional !== undefined) {
        jsonSchema.required = (jsonSchema.required ?? []).filter((key) => key !== optional);
      }
    },
  }),
});
