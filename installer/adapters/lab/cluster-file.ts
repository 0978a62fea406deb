import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import type * as z from "zod";
import { addressesOf, labDirectory, type LabFolders } from "./layout.ts";
import { keyFile } from "./machine-files.ts";
import type { LabRecord } from "./state.ts";

/** Path of the lab's own cluster spec. */
export const clusterFile = (folders: LabFolders, lab: string): string =>
  join(labDirectory(folders, lab), "cluster.yaml");

/** From four machines on, three can hold a quorum and still leave one that only works. */
const CONTROL_PLANES_FROM = 4;

/** What a lab on one computer cannot have, and why that is no reason to refuse it. */
const waived = [
  {
    check: "cgroup-version",
    reason: "the lab's containers share the control groups of the computer they run on",
  },
  { check: "etcd-disk-latency", reason: "all machines of the lab share one disk" },
];

/** A cluster of all machines of the lab that have a system, as an operator would have written it. */
export const clusterSpecOf = (folders: LabFolders, record: LabRecord): z.input<typeof ClusterSpec> => {
  const machines = record.machines.filter(({ kind }) => kind !== "metal");
  const controlPlanes = machines.length >= CONTROL_PLANES_FROM ? 3 : 1;
  return {
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: record.name,
    ssh: { user: "root", privateKey: `file:${keyFile(folders, record.name)}` },
    machines: machines.map((machine, index) => ({
      name: machine.name,
      address: machine.address,
      roles: [index < controlPlanes ? "control-plane" : "worker"],
    })),
    ...(controlPlanes > 1 && { endpoint: { virtualIp: addressesOf(record.subnet).virtual } }),
    preflight: { waive: waived },
  };
};

/** Writes the spec; a lab without machines gets none, because a cluster needs one. */
export const writeClusterFile = (folders: LabFolders, record: LabRecord): void => {
  if (record.machines.every(({ kind }) => kind === "metal")) return;
  const path = clusterFile(folders, record.name);
  writeFileSync(`${path}.new`, stringify(clusterSpecOf(folders, record)), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};
