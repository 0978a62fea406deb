import { writeFile, chmod } from "node:fs/promises";
import type { ClusterSummary } from "../../contract/api/clusters.ts";
import { optionText, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import type { Session } from "../session.ts";
import { whichCluster } from "./which-cluster.ts";

/** `cluster list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const clusters = await client.clusters.list();
  await session.show(clusters, () => clusterLines(clusters, session));
  return 0;
};

const clusterLines = (clusters: readonly ClusterSummary[], session: Session): string[] => {
  if (clusters.length === 0) return [session.say("nothing")];
  const head = [
    session.say("colCluster"),
    session.say("colState"),
    session.say("colVersion"),
    session.say("colControlPlanes"),
    session.say("colWorkers"),
    session.say("colApi"),
  ];
  const rows = clusters.map(({ cluster, state, version, controlPlanes, workers, endpoint }) => [
    cluster,
    session.say(`cluster.${state}`),
    version,
    String(controlPlanes),
    String(workers),
    endpoint,
  ]);
  return tableLines(head, rows);
};

/** `cluster kubeconfig`: to standard output, or into a file that only its owner may read. */
export const kubeconfig: Action = async (session, input) => {
  const client = await session.engine();
  const cluster = await whichCluster(session, client, input.args[0]);
  const context = optionText(input, "context");
  const file = optionText(input, "file");
  const found = await client.clusters.kubeconfig({
    cluster,
    ...(context === undefined ? {} : { context }),
  });
  if (file === undefined) {
    await session.show(found, () => [found.kubeconfig.trimEnd()]);
    return 0;
  }
  await writeFile(file, found.kubeconfig, { mode: 0o600 });
  // An older file keeps its mode when it is written to.
  await chmod(file, 0o600);
  session.note(session.say("kubeconfigWritten", { file, cluster }));
  return 0;
};
