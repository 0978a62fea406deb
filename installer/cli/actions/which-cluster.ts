import { SlipwayError } from "../../contract/errors/index.ts";
import type { EngineClient } from "../link/client.ts";
import type { Session } from "../session.ts";

/** The cluster that was named, or the only one there is. Rejects with USAGE when that is not clear. */
export const whichCluster = async (
  session: Session,
  client: EngineClient,
  named: string | undefined,
): Promise<string> => {
  if (named !== undefined && named !== "") return named;
  const known = await client.clusters.list();
  const [only] = known;
  if (only !== undefined && known.length === 1) return only.cluster;
  throw SlipwayError.of("USAGE", {
    problem:
      known.length === 0
        ? session.say("clusterNone")
        : session.say("clusterAlone", { names: known.map(({ cluster }) => cluster).join(", ") }),
  });
};
