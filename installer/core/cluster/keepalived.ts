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
  vrrp_garp_master_repeat 3
}

vrrp_script api {
  script "${keepalivedPaths.health}"
  interval 0.5
  timeout 1
  fall 2
  rise 2
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
    api
  }
}
`;
};

/**
 * Whether this machine may hold the address: its API server is ready. While the cluster is being made, its first machine
 * holds it before there is an API, so that kubeadm finds its own endpoint; never for longer than a quarter of an hour.
 */
export const healthScript = (port: number): string => `#!/bin/sh
founding=${kubernetesPaths.founding}
if [ -e "$founding" ] && [ -n "$(find "$founding" -mmin -15)" ]; then exit 0; fi
exec curl --silent --insecure --fail --max-time 1 --output /dev/null https://127.0.0.1:${port}/readyz
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
