import * as z from "zod";
import type { EtcdSettings } from "../../contract/spec/etcd.ts";
import { etcdPaths as at } from "./etcd-paths.ts";

/** A snapshot, wherever it is kept. */
export const Snapshot = z.object({
  name: z
    .string()
    .regex(/^[0-9]{8}T[0-9]{6}Z-[a-z0-9-]+$/)
    .describe("Time in UTC and the machine it was taken on"),
  machine: z.string().describe("Control plane whose member it was taken from"),
  kind: z
    .enum(["scheduled", "manual", "member"])
    .describe("`member`: the database of a stopped member, which carries no checksum of etcd's own"),
  at: z.number().describe("Milliseconds since the epoch"),
  bytes: z.number(),
  revision: z.number().describe("etcd's revision that it holds"),
  keys: z.number(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Snapshot = Readonly<z.output<typeof Snapshot>>;

/** Exit codes of the snapshot program that say something. */
export const snapshotExits = { noSpace: 73, notWhole: 65, busy: 75, notTaken: 69 } as const;

/** Bytes that stay free on the disk whatever is kept: the machine must not suffer from its own backups. */
const RESERVE = 1024 * 1024 * 1024;

/**
 * The program on a control plane: takes a snapshot of the machine's own member, proves it, keeps as many as it should and
 * prints what it made. `$1` is `scheduled` or `manual`, which are kept apart, so that neither drives the other one out.
 * Nothing is kept under its name before it is proven and on the disk.
 */
export const snapshotProgram = (machine: string, settings: EtcdSettings): string => `#!/bin/sh
# Takes a snapshot of this machine's member of etcd. Written by Slipway.
set -u
umask 077
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
kind=\${1:-scheduled}
keep=${settings.snapshots.keep}
folder=${at.snapshots}
mkdir -p "$folder" && cd "$folder" || exit 1
exec 9>.lock
flock -w 120 9 || { echo "another snapshot is being taken" >&2; exit ${snapshotExits.busy}; }
rm -f .new.db .new.db.part
export ETCDCTL_ENDPOINTS=https://127.0.0.1:2379
export ETCDCTL_CACERT=/etc/kubernetes/pki/etcd/ca.crt
export ETCDCTL_CERT=/etc/kubernetes/pki/etcd/healthcheck-client.crt
export ETCDCTL_KEY=/etc/kubernetes/pki/etcd/healthcheck-client.key
size=$(stat -c %s ${at.data}/member/snap/db 2>/dev/null) || { echo "there is no member of etcd" >&2; exit ${snapshotExits.notTaken}; }
free=$(df --output=avail -B1 . | tail -n 1)
if [ $((free - size)) -lt ${RESERVE} ]; then
  echo "$((free / 1048576)) MiB are free, $(((size + ${RESERVE}) / 1048576)) MiB are needed" >&2
  exit ${snapshotExits.noSpace}
fi
if ! etcdctl --command-timeout 300s snapshot save .new.db >.log 2>&1; then
  tail -n 1 .log >&2
  rm -f .new.db .new.db.part
  exit ${snapshotExits.notTaken}
fi
if ! status=$(etcdutl snapshot status .new.db --write-out json 2>.log); then
  tail -n 1 .log >&2
  rm -f .new.db
  exit ${snapshotExits.notWhole}
fi
number() { printf '%s' "$status" | sed -n "s/.*\\"$1\\":\\([0-9][0-9]*\\).*/\\1/p"; }
sum=$(sha256sum .new.db)
seconds=$(date +%s)
name=$(date -u -d "@$seconds" +%Y%m%dT%H%M%SZ)-${machine}
sync .new.db
printf '{"name":"%s","machine":"%s","kind":"%s","at":%s000,"bytes":%s,"revision":%s,"keys":%s,"sha256":"%s"}\\n' \\
  "$name" ${machine} "$kind" "$seconds" "$(stat -c %s .new.db)" "$(number revision)" "$(number totalKey)" "\${sum%% *}" > .new.json
sync .new.json
mv -f .new.db "$name.db" && mv -f .new.json "$name.json" && sync . || exit 1
cat "$name.json"
# Files without a description were cut short; descriptions name the kind.
for file in *.db; do [ -e "\${file%.db}.json" ] || rm -f -- "$file"; done
grep -l "\\"kind\\":\\"$kind\\"" -- *.json 2>/dev/null | sort -r | tail -n +$((keep + 1)) | while read -r old; do
  rm -f -- "$old" "\${old%.json}.db"
done
exit 0
`;

const service = `[Unit]
Description=Snapshot of etcd (Slipway)
ConditionPathExists=/etc/kubernetes/manifests/etcd.yaml

[Service]
Type=oneshot
ExecStart=${at.program} scheduled
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=15min
`;

/** The control planes of a cluster share a schedule, not the second: their disks are often the same one. */
const timer = (hours: number): string => `[Unit]
Description=Snapshots of etcd on schedule (Slipway)

[Timer]
OnBootSec=15min
OnUnitActiveSec=${hours}h
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
`;

/** Every file of the schedule on one machine. */
export const snapshotFiles = (
  machine: string,
  settings: EtcdSettings,
): readonly { readonly path: string; readonly content: string; readonly mode: number }[] => [
  { path: at.program, content: snapshotProgram(machine, settings), mode: 0o755 },
  { path: at.service, content: service, mode: 0o644 },
  { path: at.timer, content: timer(settings.snapshots.everyHours), mode: 0o644 },
];

/** Prints the description of every snapshot on the machine, one a line. Reads only. */
export const listSnapshots = `
for file in ${at.snapshots}/*.json; do
  if [ -e "$file" ] && [ -e "\${file%.json}.db" ]; then cat "$file"; fi
done
`;

/** Reads what `listSnapshots` or the program printed. Lines that describe no snapshot are left out. */
export const parseSnapshots = (output: string): readonly Snapshot[] =>
  output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      const parsed = Snapshot.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });

/** Bytes that cross the wire at once. */
export const BLOCK = 4 * 1024 * 1024;

/** `$1` is the snapshot's name, `$2` how many blocks to leave out. Prints the next one in base64. Reads only. */
export const readBlock = `dd if="${at.snapshots}/$1.db" bs=${BLOCK} skip="$2" count=1 status=none | base64 -w 0`;

/**
 * Prints, in base64, a tar of what a restored database is worth nothing without: the cluster's authorities and the key by
 * which service accounts are signed. The key that secrets are encrypted with is in the secrets store already.
 */
export const readAuthorities = `
tar -C /etc/kubernetes/pki --sort=name -cf - ca.crt ca.key sa.key sa.pub \\
  front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key | gzip -n | base64 -w 0
`;
