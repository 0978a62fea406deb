import type { ClusterSpec } from "../contract/spec/cluster.ts";
import { SlipwayError } from "../core/contract.ts";
import type { Journal } from "../core/ports/index.ts";
import type { OperationRecord } from "../core/ports/journal.ts";

/** Workflows whose success makes their spec the cluster's own. */
const establishing: ReadonlySet<string> = new Set(["bootstrap", "remove-machine"]);

/** Workflows whose success ends a cluster. */
const ending: ReadonlySet<string> = new Set(["reset"]);

/** A cluster as the journal knows it. */
export interface KnownCluster {
  readonly spec: ClusterSpec;
  /** `applied`: an apply of this spec ended well. `attempted`: one was started, none ever ended well. */
  readonly state: "applied" | "attempted";
  readonly operation: OperationRecord["id"];
}

/** What the site's clusters are, from the journal alone: nothing is asked over the network. */
export interface ClustersService {
  /** By name. Clusters that were reset are left out. */
  list(): Promise<readonly KnownCluster[]>;
  /** Rejects with CLUSTER_UNKNOWN. */
  get(name: string): Promise<KnownCluster>;
  /** The spec that was last applied with success, if there is one. */
  applied(name: string): Promise<ClusterSpec | undefined>;
}

/** What a cluster is by its operations, newest first. Pure. */
export const clusterOf = (operations: readonly OperationRecord[]): KnownCluster | undefined => {
  const ended = operations.findIndex(
    ({ workflow, status }) => ending.has(workflow) && status === "succeeded",
  );
  const living = (ended === -1 ? operations : operations.slice(0, ended)).filter(({ workflow }) =>
    establishing.has(workflow),
  );
  const applied = living.find(({ status }) => status === "succeeded");
  const meant = applied ?? living[0];
  return (
    meant && {
      spec: meant.cluster,
      state: applied === undefined ? "attempted" : "applied",
      operation: meant.id,
    }
  );
};

/** Reads clusters from the journal. */
export const createClusters = (journal: Pick<Journal, "operations">): ClustersService => {
  const known = async (name: string): Promise<KnownCluster | undefined> =>
    clusterOf(await journal.operations({ cluster: name }));
  return {
    async list() {
      const names = new Set((await journal.operations()).map(({ cluster }) => cluster.name));
      const found = await Promise.all([...names].toSorted().map(known));
      return found.filter((cluster) => cluster !== undefined);
    },
    async get(name) {
      const found = await known(name);
      if (found === undefined) throw SlipwayError.of("CLUSTER_UNKNOWN", { cluster: name });
      return found;
    },
    async applied(name) {
      const found = await known(name);
      return found?.state === "applied" ? found.spec : undefined;
    },
  };
};
