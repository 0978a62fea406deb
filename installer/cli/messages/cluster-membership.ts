import { message } from "./message.ts";

/** What the commands about members of a cluster say. */
export const membershipMessages = {
  specAdds: message("added to the spec:", "规格中新增："),
  clusterOrFile: message(
    "name either the cluster or its spec with --file",
    "请指定集群名称，或用 --file 指定其规格",
  ),
} as const;
