import type { Step } from "../../../installer/contract/api/operations.ts";
import type { EngineClient } from "../../../installer/cli/link/client.ts";
import { failuresOf, followed, type TestSite } from "./site.ts";

type Start = Parameters<EngineClient["operations"]["start"]>[0];

/** An operation that has succeeded. */
export interface Done {
  readonly seconds: number;
  readonly steps: readonly Step[];
}

/** Runs an operation to its end. @throws Error with every failure when it does not succeed. */
export const operate = async ({ engine: { client } }: TestSite, request: Start): Promise<Done> => {
  const begun = performance.now();
  const started = await client.operations.start(request);
  await followed(client, started);
  const { status } = await client.operations.get({ id: started.id });
  const steps = await client.operations.steps({ id: started.id });
  if (status !== "succeeded") {
    throw new Error(`${request.workflow} ended as ${status}\n${failuresOf(steps)}`);
  }
  return { seconds: (performance.now() - begun) / 1000, steps };
};
