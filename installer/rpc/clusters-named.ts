import type { EngineServices } from "./services.ts";

/** What the input of a call says about clusters. */
export interface NamedClusters {
  /** Every cluster it names, by itself or by one of its operations. */
  readonly names: readonly string[];
  /** It brings machines of its own writing, which may belong to any cluster. */
  readonly freeForm: boolean;
}

/**
 * Reads which clusters a call is about, before its input is checked. Fields are few and the same in every call:
 * `cluster`, a reference in `spec`, `id` or `operation` of an operation; `name` for calls about clusters.
 */
export const clustersNamed = async (
  call: string,
  input: unknown,
  { operations }: Pick<EngineServices, "operations">,
): Promise<NamedClusters> => {
  const fields = recordOf(input);
  const spec = recordOf(fields["spec"]);
  const named = [
    fields["cluster"],
    spec["cluster"],
    call.startsWith("clusters.") ? fields["name"] : undefined,
  ];
  const ids = [fields["id"], fields["operation"]].filter(
    (id): id is string => typeof id === "string" && /^op-[0-9a-z]{10}$/.test(id),
  );
  const ofOperations = await Promise.all(
    ids.map((id) =>
      operations.get(id).then(
        ({ cluster }) => cluster.name,
        () => undefined,
      ),
    ),
  );
  return {
    names: [...named, ...ofOperations].filter((name): name is string => typeof name === "string"),
    freeForm:
      typeof spec["text"] === "string" ||
      spec["with"] !== undefined ||
      recordOf(fields["parameters"])["departing"] !== undefined,
  };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
