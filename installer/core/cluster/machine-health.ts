import type { ControlPlaneHealth, EtcdHealth, MachineHealth } from "../../contract/cluster-status.ts";
import { jsonOf } from "../inventory/numbers.ts";
import { machinePaths } from "../runtime/paths.ts";
import { ENDPOINT_UNIT } from "./keepalived.ts";

/**
 * Asks everything on a machine that says how it is, all at once, each with a time limit of its own. `$1` is the API's
 * port, `$2` the virtual address or `-`, `$3` the registry's URL, `$4` `control-plane` or `worker`. Prints `KEY VALUE`
 * lines; reads only. etcd answers its JSON gateway with the health check's certificate, as kubeadm's own probe uses it.
 */
export const machineHealthScript = `
pki=/etc/kubernetes/pki/etcd
tell() { key=$1; shift; value=$("$@" 2>/dev/null); printf '%s %s\\n' "$key" "$value"; }
answers() { curl -q --silent --insecure --fail --noproxy '*' --max-time 3 --output /dev/null "$1" && echo yes; }
registry() { curl -q --silent --fail --noproxy '*' --max-time 3 --cacert ${machinePaths.siteCa} --output /dev/null "$1" && echo yes; }
etcd() {
  path=$1; shift
  curl -q --silent --noproxy '*' --max-time 3 --cacert $pki/ca.crt --cert $pki/healthcheck-client.crt --key $pki/healthcheck-client.key "$@" "https://127.0.0.1:2379/$path"
}
held() { ip -4 -oneline address show | grep --quiet --fixed-strings " $1/" && echo yes; }
tell boot cat /proc/sys/kernel/random/boot_id
tell kubelet systemctl is-active kubelet.service &
tell containerd systemctl is-active containerd.service &
tell clock chronyc -c tracking &
if [ "$4" = control-plane ]; then
  tell live answers "https://127.0.0.1:$1/livez" &
  tell ready answers "https://127.0.0.1:$1/readyz" &
  tell scheduler answers https://127.0.0.1:10259/healthz &
  tell controller-manager answers https://127.0.0.1:10257/healthz &
  tell registry registry "$3" &
  tell endpoint systemctl is-active ${ENDPOINT_UNIT} &
  if [ "$2" != - ]; then tell holds held "$2" & fi
  tell etcd.health etcd health &
  tell etcd.status etcd v3/maintenance/status --request POST --data '{}' &
  tell etcd.members etcd v3/cluster/member/list --request POST --data '{"linearizable":false}' &
  tell etcd.alarms etcd v3/maintenance/alarm --request POST --data '{"action":"GET"}' &
fi
wait
`;

/** URL at which a registry of this cluster answers, as the machine itself asks it. */
export const registryUrl = (address: string, port: number): string => `https://${address}:${port}/v2/`;

/** Fields of etcd's JSON gateway (etcd api/etcdserverpb/rpc.proto); 64-bit numbers come as text, zeros not at all. */
interface GatewayStatus {
  readonly header?: { readonly member_id?: string };
  readonly version?: string;
  readonly dbSize?: string;
  readonly dbSizeQuota?: string;
  readonly leader?: string;
  readonly raftIndex?: string;
  readonly raftAppliedIndex?: string;
  readonly isLearner?: boolean;
  readonly errors?: readonly string[];
}
interface GatewayMembers {
  readonly members?: readonly {
    readonly ID?: string;
    readonly name?: string;
    readonly isLearner?: boolean;
  }[];
}
interface GatewayAlarms {
  readonly alarms?: readonly { readonly memberID?: string; readonly alarm?: string }[];
}
interface GatewayHealth {
  readonly health?: string;
  readonly reason?: string;
}

const object = <T extends object>(line: string | undefined): Partial<T> => {
  const value = jsonOf(line ?? "");
  return typeof value === "object" && value !== null ? value : {};
};

const etcdHealth = (value: (key: string) => string | undefined): EtcdHealth | null => {
  const status = object<GatewayStatus>(value("etcd.status"));
  const id = status.header?.member_id;
  if (id === undefined) return null;
  const health = object<GatewayHealth>(value("etcd.health"));
  const { members = [] } = object<GatewayMembers>(value("etcd.members"));
  const { alarms = [] } = object<GatewayAlarms>(value("etcd.alarms"));
  const reason = [health.reason ?? "", ...(status.errors ?? [])].filter((text) => text !== "").join("; ");
  return {
    id,
    healthy: health.health === "true",
    reason,
    leader: status.leader ?? "0",
    learner: status.isLearner ?? false,
    version: status.version ?? "",
    dbBytes: Number(status.dbSize ?? 0),
    quotaBytes: Number(status.dbSizeQuota ?? 0),
    raftIndex: Number(status.raftIndex ?? 0),
    appliedIndex: Number(status.raftAppliedIndex ?? 0),
    alarms: alarms.filter(({ memberID }) => memberID === id).flatMap(({ alarm }) => alarm ?? []),
    members: members.map(({ ID = "", name = "", isLearner = false }) => ({
      id: ID,
      name,
      learner: isLearner,
    })),
  };
};

/** chronyc's CSV of `tracking`: reference id, its name or address, ..., offset of the system clock in seconds, ..., leap status. */
const clockOf = (line: string | undefined): MachineHealth["clock"] => {
  const fields = (line ?? "").split(",");
  const leap = fields.at(-1);
  if (fields.length < 14 || leap === undefined) return null;
  return {
    synchronised: leap !== "Not synchronised",
    offsetMs: Math.round(Number(fields[4]) * 1e6) / 1e3,
    source: fields[1] ?? "",
  };
};

/** Reads what `machineHealthScript` printed on a machine of that kind. */
export const parseMachineHealth = (output: string, role: "control-plane" | "worker"): MachineHealth => {
  const values = new Map(
    output.split("\n").map((line): [string, string] => {
      const at = line.indexOf(" ");
      return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const value = (key: string): string | undefined => values.get(key);
  const yes = (key: string): boolean => value(key) === "yes";
  const controlPlane = (): ControlPlaneHealth => ({
    live: yes("live"),
    ready: yes("ready"),
    scheduler: yes("scheduler"),
    controllerManager: yes("controller-manager"),
    etcd: etcdHealth(value),
    registry: yes("registry"),
    endpoint: value("endpoint") || "unknown",
    holdsAddress: yes("holds"),
  });
  return {
    bootId: value("boot") ?? "",
    kubelet: value("kubelet") || "unknown",
    containerd: value("containerd") || "unknown",
    clock: clockOf(value("clock")),
    controlPlane: role === "control-plane" ? controlPlane() : null,
  };
};
