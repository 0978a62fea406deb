/** What differs between machines in containerd's configuration. */
export interface ContainerdSettings {
  /** Image that holds a pod's namespaces; never collected. */
  readonly pauseImage: string;
  /** Set where no process may lower its OOM score: containers then keep containerd's own instead of failing to start. */
  readonly restrictOomScore: boolean;
}

/**
 * containerd's config.toml, version 3 (containerd/docs/cri/config.md). `max_concurrent_downloads` is left out on purpose:
 * setting it makes containerd 2 fall back to its old way of pulling.
 */
export const containerdConfig = ({ pauseImage, restrictOomScore }: ContainerdSettings): string => `version = 3

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"

  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = ${tomlString(pauseImage)}

  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = ${String(restrictOomScore)}

  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"

  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"

    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        SystemdCgroup = true
`;

/** A basic string of TOML 1.0; JSON's escapes are a subset of TOML's. */
export const tomlString = (value: string): string => JSON.stringify(value);

/** containerd's unit, after upstream's containerd.service. A restart leaves containers running (KillMode=process). */
export const containerdUnit = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStart=/usr/local/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
LimitNOFILE=1048576
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;

/** Tells crictl where the runtime is, so that nobody has to. */
export const crictlConfig = `runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 10
`;
