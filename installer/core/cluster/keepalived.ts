import { kubernetesPaths } from "./paths.ts";

/** One control plane's part in holding the virtual address. */
export interface VirtualAddressSettings {
  readonly virtualIp: string;
  /** Port of the local API server. */
  readonly port: number;
  readonly machine: { readonly name: string; readonly address: string };
  readonly interface: string;
  /** Addresses of all control planes, in the spec's order. */
  readonly controlPlanes: readonly string[];
}

/** Where keepalived's files lie. It runs under a unit of ours, so that a site's own keepalived is left alone. */
export const keepalivedPaths = {
  config: "/etc/slipway/keepalived.conf",
  health: "/usr/local/libexec/slipway-api-health",
  unit: "/etc/systemd/system/slipway-endpoint.service",
} as const;

/** Name of the unit that holds the virtual address. */
export const ENDPOINT_UNIT = "slipway-endpoint.service";

/**
 * Virtual router id, 1 to 255. Two clusters in one subnet should differ: it is made from the address they cannot share.
 */
export const routerId = (virtualIp: string): number => {
  let sum = 0;
  for (const part of virtualIp.split(".")) sum = (sum * 31 + Number(part)) % 255;
  return sum + 1;
};

/**
 * keepalived.conf. A check that fails means FAULT at once (no weight): with one, an address would stay on a machine whose
 * API server is dead. All begin as BACKUP and give nothing back by themselves, so that the address moves once for each
 * failure. VRRP 3 with 0.3 s between advertisements puts a dead holder's address elsewhere in about 1.3 s.
 *
 * Two questions with different patience. What is wrong with this machine alone is answered within a second. Whether etcd
 * takes writes is a question about all machines: when a machine dies that led etcd, nobody's etcd does until the others
 * have elected a leader (1 to 2 s with etcd's own time-outs, twice that when they vote at once). Machines that take that
 * for a fault of their own all let go of the address, and nobody is left to take it over. So that answer may be no for some
 * seconds; a machine that is cut off from the others still gives the address up.
 *
 * keepalived runs at the highest priority: a holder that is not scheduled for a second is taken for dead by the others, and
 * a busy machine must not lose the address for being busy.
 */
export const keepalivedConfig = (settings: VirtualAddressSettings): string => {
  const { machine, virtualIp, controlPlanes } = settings;
  const peers = controlPlanes.filter((address) => address !== machine.address);
  const priority = Math.max(1, 200 - controlPlanes.indexOf(machine.address));
  const unicast =
    peers.length === 0
      ? ""
      : `  unicast_src_ip ${machine.address}
  unicast_peer {
${peers.map((address) => `    ${address}\n`).join("")}  }
`;
  return `global_defs {
  router_id ${machine.name}
  script_user root
  enable_script_security
  vrrp_version 3
  vrrp_priority -20
  vrrp_garp_master_repeat 3
}

vrrp_script serves {
  script "${keepalivedPaths.health} serves"
  interval 0.5
  timeout 4
  fall 2
  rise 2
}

vrrp_script writes {
  script "${keepalivedPaths.health} writes"
  interval 1
  timeout 3
  fall 4
  rise 1
}

vrrp_instance api {
  state BACKUP
  nopreempt
  interface ${settings.interface}
  virtual_router_id ${routerId(virtualIp)}
  priority ${priority}
  advert_int 0.3
  garp_master_refresh 10
${unicast}  virtual_ipaddress {
    ${virtualIp}/32 dev ${settings.interface}
  }
  track_script {
    serves
    writes
  }
}
`;
};

/** Where etcd answers for itself, without credentials, on its own machine only: kubeadm's `listen-metrics-urls`. */
const ETCD_HEALTH = "http://127.0.0.1:2381";

/**
 * Whether this machine may hold the address. `$1` is the question: `serves`, whether its API server is ready and its etcd
 * answers from what it holds itself (etcd's /livez reads without asking the others); `writes`, whether its API server
 * reaches an etcd that has a leader. An answer that takes too long (curl's 28) is left to the second question: it may be
 * that the machine is busy, and then an address that moves about makes it worse. While the cluster is being made, its first
 * machine holds the address before there is an API, so that kubeadm finds its own endpoint; never for longer than a quarter
 * of an hour.
 */
export const healthScript = (port: number): string => `#!/bin/sh
founding=${kubernetesPaths.founding}
if [ -e "$founding" ] && [ -n "$(find "$founding" -mmin -15)" ]; then exit 0; fi
ready=https://127.0.0.1:${port}/readyz
case $1 in
  serves)
    curl --silent --insecure --fail --fail-early --max-time 1 --output /dev/null "$ready?exclude=etcd&exclude=etcd-readiness" \\
      --next --silent --fail --max-time 1 --output /dev/null ${ETCD_HEALTH}/livez
    code=$?
    if [ "$code" = 28 ]; then exit 0; fi
    exit "$code"
    ;;
  writes) exec curl --silent --insecure --fail --max-time 2 --output /dev/null "$ready" ;;
esac
exit 2
`;

/** Runs keepalived with files of our own, beside whatever keepalived a site has. */
export const keepalivedUnit = (program: string): string => `[Unit]
Description=Slipway: virtual address of the Kubernetes API
Documentation=https://www.keepalived.org
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${program} --dont-fork --log-console --vrrp --use-file=${keepalivedPaths.config} --pid=/run/slipway-endpoint.pid --vrrp_pid=/run/slipway-endpoint-vrrp.pid
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`;
