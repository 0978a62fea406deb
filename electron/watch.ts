import type { WorkflowInfo } from "../installer/contract/api/workflows.ts";
import type { Localized } from "../installer/contract/text.ts";
import type { EngineLink } from "./engine-link.ts";
import type { Told } from "./operations.ts";

const EVERY_MS = 2_000;
/** Newest first: what is beyond these ended long ago. */
const LATEST = 50;

/** Looks at the operations of the engine again and again; undefined while it does not answer. */
export const watchOperations = (
  engine: Pick<EngineLink, "read">,
  tell: (operations: readonly Told[] | undefined) => void,
): (() => void) => {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const found = await engine.read(`/api/operations?limit=${LATEST}`);
    if (stopped) return;
    tell(Array.isArray(found) ? (found as readonly Told[]) : undefined);
    timer = setTimeout(() => void look(), EVERY_MS);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};

/** Names of workflows as people see them; none while the engine does not answer. */
export const workflowNames = async (
  engine: Pick<EngineLink, "read">,
): Promise<ReadonlyMap<string, Localized>> => {
  const found = await engine.read("/api/workflows");
  return new Map(
    Array.isArray(found) ? (found as readonly WorkflowInfo[]).map(({ id, title }) => [id, title]) : [],
  );
};
