import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { nodeAddress } from "./endpoint.ts";
import { etcdPaths as at } from "./etcd-paths.ts";

/** How far a restore has come on a machine. */
export const restoreStages = ["stopped", "restored", "started"] as const;
/** One of them; a later one includes those before it. */
export type RestoreStage = (typeof restoreStages)[number];

const common = `
set -u
umask 077
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
operation=$1
exec 8>/run/slipway-etcd-restore.lock
flock -w 300 8 || { echo "another restore is at work" >&2; exit 75; }
stage() { printf '%s %s\\n' "$operation" "$1" > ${at.restoreStage}.new && sync ${at.restoreStage}.new && mv -f ${at.restoreStage}.new ${at.restoreStage}; }
read -r whose now < ${at.restoreStage} 2>/dev/null || { whose= now=; }
if [ "$whose" != "$operation" ]; then now=; fi
`;

/** Prints how far the operation \`$1\` has come on the machine. Reads only. */
export const readRestoreStage = `
read -r whose now < ${at.restoreStage} 2>/dev/null || exit 0
if [ "$whose" = "$1" ]; then echo "$now"; fi
exit 0
`;

/**
 * Stops everything that talks to etcd, and etcd last, and waits until it is really gone: a member that still runs would
 * write into what is being replaced. The static pods are parked, not lost.
 */
const stop = `
mkdir -p ${at.parked}
for pod in kube-scheduler kube-controller-manager kube-apiserver etcd; do
  if [ -e ${at.manifests}/$pod.yaml ]; then mv -f ${at.manifests}/$pod.yaml ${at.parked}/$pod.yaml; fi
done
running() { crictl ps --quiet --name "^$1\\$" 2>/dev/null; }
for pod in kube-scheduler kube-controller-manager kube-apiserver etcd; do
  left=60
  while ids=$(running "$pod"); [ -n "$ids" ]; do
    for id in $ids; do crictl stop --timeout 10 "$id" >/dev/null 2>&1; done
    left=$((left - 1))
    if [ "$left" -le 0 ]; then echo "$pod does not stop" >&2; exit 1; fi
    sleep 0.5
  done
done
`;

/** \`$1\` is the operation. */
export const stopEtcd = `${common}
case $now in stopped | restored | started) exit 0 ;; esac
${stop}
stage stopped
`;

/**
 * Makes a snapshot of the member that the machine holds, for when there is no other: its database, stopped in order, holds
 * all that it ever acknowledged. \`$1\` is the operation, \`$2\` the machine. Prints the description of the snapshot.
 */
export const salvageMember = `${common}
folder=${at.snapshots}
name=$(cat "$folder/.salvaged-$operation" 2>/dev/null) || name=
if [ -n "$name" ] && [ -e "$folder/$name.json" ]; then cat "$folder/$name.json"; exit 0; fi
${stop}
mkdir -p "$folder" && cd "$folder" || exit 1
db=${at.data}/member/snap/db
if [ ! -s "$db" ]; then echo "there is no member of etcd" >&2; exit 69; fi
cp --sparse=never "$db" .new.db && sync .new.db || exit 73
if ! status=$(etcdutl snapshot status .new.db --write-out json 2>.log); then tail -n 1 .log >&2; exit 65; fi
number() { printf '%s' "$status" | sed -n "s/.*\\"$1\\":\\([0-9][0-9]*\\).*/\\1/p"; }
sum=$(sha256sum .new.db)
seconds=$(date +%s)
name=$(date -u -d "@$seconds" +%Y%m%dT%H%M%SZ)-$2
printf '{"name":"%s","machine":"%s","kind":"member","at":%s000,"bytes":%s,"revision":%s,"keys":%s,"sha256":"%s"}\\n' \\
  "$name" "$2" "$seconds" "$(stat -c %s .new.db)" "$(number revision)" "$(number totalKey)" "\${sum%% *}" > .new.json
mv -f .new.db "$name.db" && mv -f .new.json "$name.json" && printf '%s\\n' "$name" > ".salvaged-$operation" && sync . || exit 1
cat "$name.json"
stage stopped
`;

/** What one machine restores. */
export interface RestoreArguments {
  readonly operation: string;
  readonly snapshot: string;
  readonly kind: string;
  readonly machine: MachineSpec;
  readonly survivors: readonly MachineSpec[];
}

const peer = (machine: MachineSpec): string => `https://${nodeAddress(machine)}:2380`;

/** Every argument of \`restoreEtcd\`. The survivors form a new cluster: its name keeps members that come back out of it. */
export const restoreArguments = (wanted: RestoreArguments): readonly string[] => [
  wanted.operation,
  wanted.snapshot,
  wanted.kind,
  wanted.machine.name,
  peer(wanted.machine),
  wanted.survivors.map((machine) => `${machine.name}=${peer(machine)}`).join(","),
];

/**
 * Puts the content of a snapshot in the place of the machine's member. What was there is set aside first, in
 * \`before-restore-OPERATION\`, and never deleted. Revisions are raised and the older ones marked as compacted, so that
 * whoever watches the API begins anew instead of believing what it remembers
 * (https://etcd.io/docs/v3.6/op-guide/recovery/#restoring-with-revision-bump).
 */
export const restoreEtcd = `${common}
case $now in restored | started) exit 0 ;; esac
data=${at.data}
aside=$data/before-restore-$operation
if [ ! -e "$aside/member" ] || [ ! -e "$data/member" ]; then
  rm -rf "$data/.restoring"
  hash=
  if [ "$3" = member ]; then hash=--skip-hash-check; fi
  etcdutl snapshot restore "${at.snapshots}/$2.db" $hash --name "$4" --initial-advertise-peer-urls "$5" \\
    --initial-cluster "$6" --initial-cluster-token "slipway-$operation" --data-dir "$data/.restoring" \\
    --bump-revision 1000000000 --mark-compacted >&2 || exit 1
  if [ -e "$data/member" ]; then
    mkdir -p "$aside" && mv "$data/member" "$aside/member" || exit 1
  fi
  mv "$data/.restoring/member" "$data/member" && rm -rf "$data/.restoring" && sync "$data" || exit 1
fi
stage restored
`;

/** Lets the static pods run again and waits for the API of this machine. \`$1\` is the operation, \`$2\` the API's port. */
export const startEtcd = `${common}
for pod in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  if [ -e ${at.parked}/$pod.yaml ]; then mv -f ${at.parked}/$pod.yaml ${at.manifests}/$pod.yaml; fi
done
rmdir ${at.parked} 2>/dev/null || true
if [ "$now" != started ]; then systemctl restart kubelet.service; fi
left=600
until curl --silent --insecure --fail --max-time 1 --output /dev/null "https://127.0.0.1:$2/readyz"; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then echo "the API server is not ready" >&2; exit 1; fi
  sleep 0.3
done
stage started
`;

/** The control planes that go on: all but those that are lost for good. */
export const survivorsOf = (cluster: ClusterSpec, dead: readonly string[] = []): readonly MachineSpec[] =>
  cluster.machines.filter(({ name, roles }) => roles.includes("control-plane") && !dead.includes(name));
