/** Where snapshots of etcd and what makes them lie on a control plane. */
export const etcdPaths = {
  data: "/var/lib/etcd",
  snapshots: "/var/lib/slipway/etcd-snapshots",
  program: "/usr/local/lib/slipway/etcd-snapshot",
  service: "/etc/systemd/system/slipway-etcd-snapshot.service",
  timer: "/etc/systemd/system/slipway-etcd-snapshot.timer",
  serviceName: "slipway-etcd-snapshot.service",
  timerName: "slipway-etcd-snapshot.timer",
  /** How far a restore has come on the machine, and for which operation: `ID STAGE`. */
  restoreStage: "/var/lib/slipway/etcd-restore",
  /** Static pods while etcd is being restored. */
  parked: "/etc/kubernetes/slipway-parked",
  manifests: "/etc/kubernetes/manifests",
} as const;
