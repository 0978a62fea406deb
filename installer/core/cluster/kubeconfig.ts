import { parse } from "yaml";
import * as z from "zod";
import { yamlDocuments } from "./yaml.ts";

/** A kubeconfig of one cluster and one user, as kubeadm writes it (client-go clientcmd/api/v1). */
const Kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.record(z.string(), z.unknown()) })], z.unknown()),
  users: z.tuple([z.object({ user: z.record(z.string(), z.unknown()) })], z.unknown()),
});

/**
 * kubeadm's kubeconfig with names of its own, so that several of them can be merged, and with the cluster's endpoint as
 * server, whichever control plane it was taken from.
 */
export const namedKubeconfig = (
  content: string,
  {
    server,
    cluster,
    context,
  }: { readonly server: string; readonly cluster: string; readonly context: string },
): string => {
  const { clusters, users } = Kubeconfig.parse(parse(content));
  const user = `${cluster}-admin`;
  return yamlDocuments([
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: cluster, cluster: { ...clusters[0].cluster, server } }],
      users: [{ name: user, user: users[0].user }],
      contexts: [{ name: context, context: { cluster, user } }],
      "current-context": context,
    },
  ]);
};
