import { registryRoot } from "./layout.ts";

/** Files of the registry on a machine. */
export const registryPaths = {
  config: "/etc/slipway/registry.yaml",
  certificate: "/etc/slipway/registry.crt",
  privateKey: "/etc/slipway/registry.key",
  unit: "/etc/systemd/system/slipway-registry.service",
  unitName: "slipway-registry.service",
  /** Names the content that is whole, by a digest over its links; written last. */
  complete: "/var/lib/slipway/registry/complete",
} as const;

/**
 * Configuration of CNCF Distribution (distribution/docs/content/about/configuration.md): read only, TLS only, no cache
 * beside the kernel's, no access log.
 */
export const registryConfig = ({ port }: { readonly port: number }): string => `version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${registryRoot}
  maintenance:
    uploadpurging:
      enabled: false
    readonly:
      enabled: true
http:
  addr: 0.0.0.0:${port}
  tls:
    certificate: ${registryPaths.certificate}
    key: ${registryPaths.privateKey}
    minimumtls: tls1.2
  headers:
    X-Content-Type-Options: [nosniff]
`;

/**
 * The registry's unit. It starts before kubelet and without containerd, and has no capability and no way to write: its
 * content is changed by Slipway only.
 */
export const registryUnit = `[Unit]
Description=Slipway image registry
Documentation=https://distribution.github.io/distribution
After=network.target
Before=kubelet.service

[Service]
ExecStart=/usr/local/bin/registry serve ${registryPaths.config}
Environment=OTEL_TRACES_EXPORTER=none
Restart=always
RestartSec=1
LimitNOFILE=16384
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
