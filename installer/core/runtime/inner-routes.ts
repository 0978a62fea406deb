/** Interface that takes what nobody inside the cluster serves yet. A bridge without ports: every kernel with pods has bridges. */
export const INNER_LINK = "slipway0";

/** Name of the unit that makes the routes at every boot. */
export const INNER_ROUTES_UNIT = "slipway-routes.service";

/** Where the routes' files lie. */
export const innerRoutesPaths = {
  script: "/usr/local/libexec/slipway-routes",
  unit: `/etc/systemd/system/${INNER_ROUTES_UNIT}`,
} as const;

/** What the routes are made for. */
export interface InnerNetworks {
  readonly services: string;
  readonly pods: string;
  /** The machine's address inside the cluster: what it sends to a service must not come from elsewhere. */
  readonly nodeAddress: string;
}

/**
 * Until kube-proxy and flannel have done their work, after a boot for instance, an address of a service or a pod is unknown to
 * the kernel, and packets for it take the default route: out of the site. These routes end at an interface that leads
 * nowhere; kube-proxy's translation comes before routing or makes the kernel route again, and flannel's routes are narrower.
 */
export const innerRoutesScript = ({ services, pods, nodeAddress }: InnerNetworks): string => `#!/bin/sh
set -e
case $1 in
  up)
    [ -e /sys/class/net/${INNER_LINK} ] || ip link add ${INNER_LINK} type bridge
    ip link set ${INNER_LINK} up
    for network in ${services} ${pods}; do
      ip route replace "$network" dev ${INNER_LINK} metric 4096 src ${nodeAddress}
    done
    ;;
  down) ip link delete ${INNER_LINK} ;;
esac
`;

/** Makes the routes before kubelet starts anything that could miss them; tries again until the machine has its address. */
export const innerRoutesUnit = `[Unit]
Description=Slipway: keeps packets to services and pods inside the cluster
Wants=network-online.target
After=network-online.target
Before=kubelet.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${innerRoutesPaths.script} up
ExecStop=${innerRoutesPaths.script} down
Restart=on-failure
RestartSec=1

[Install]
WantedBy=multi-user.target
`;
