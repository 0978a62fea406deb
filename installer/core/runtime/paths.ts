/** Where programs and settings lie on a machine. Upstream's own places, so that its documentation stays true. */
export const machinePaths = {
  programs: "/usr/local/bin",
  cni: "/opt/cni/bin",
  containerdConfig: "/etc/containerd/config.toml",
  mirrors: "/etc/containerd/certs.d",
  containerdUnit: "/etc/systemd/system/containerd.service",
  containerdSocket: "/run/containerd/containerd.sock",
  crictlConfig: "/etc/crictl.yaml",
  /** The site's CA for Slipway's own parts, whatever the system's trust store looks like. */
  siteCa: "/etc/slipway/site-ca.crt",
  /** CA of an external registry, when the spec has one. */
  externalRegistryCa: "/etc/slipway/registry-ca.crt",
  sysctl: "/etc/sysctl.d/90-slipway.conf",
  modules: "/etc/modules-load.d/slipway.conf",
  /** What was changed on the host, as it was before. `reset` reads it. */
  hostRecord: "/var/lib/slipway/host-settings.json",
  staging: "/var/lib/slipway/content",
  installed: "/var/lib/slipway/content/installed",
} as const;
