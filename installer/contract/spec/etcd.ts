import * as z from "zod";
import { words } from "./words.ts";

/** Snapshots of etcd that the control planes take by themselves, each of its own member. */
export const EtcdSettings = z
  .strictObject({
    snapshots: z
      .strictObject({
        everyHours: z
          .int()
          .min(1)
          .max(168)
          .default(6)
          .meta(words("Hours between two snapshots", "两次快照之间的小时数", [6])),
        keep: z
          .int()
          .min(1)
          .max(1000)
          .default(12)
          .meta(
            words(
              "Snapshots that each control plane and the appliance keep; older ones are removed",
              "每个控制平面及本设备保留的快照数量；更早的快照会被删除",
              [12],
            ),
          ),
      })
      .prefault({})
      .meta(words("Snapshots on schedule, on every control plane", "定期快照，在每个控制平面上执行")),
  })
  .meta(words("etcd, the cluster's database", "etcd，集群的数据库"));
export type EtcdSettings = Readonly<z.output<typeof EtcdSettings>>;
