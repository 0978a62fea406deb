/** Where the parts of Kubernetes that Slipway writes lie on a machine. kubeadm's own files keep upstream's places. */
export const kubernetesPaths = {
  kubeletUnit: "/etc/systemd/system/kubelet.service",
  kubeletDropIn: "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
  /** Patches that kubeadm applies on this machine, also in later upgrades. */
  patches: "/etc/slipway/kubeadm/patches",
  /** What the API server reads besides its flags; mounted into its pod as a folder. */
  apiServer: "/etc/kubernetes/slipway",
  auditPolicy: "/etc/kubernetes/slipway/audit-policy.yaml",
  admission: "/etc/kubernetes/slipway/admission.yaml",
  authentication: "/etc/kubernetes/slipway/authentication.yaml",
  encryption: "/etc/kubernetes/slipway/encryption.yaml",
  auditLogs: "/var/log/kubernetes/audit",
  /** Gone after a reboot: what only a run of kubeadm needs. */
  run: "/run/slipway",
  kubeadmConfig: "/run/slipway/kubeadm.yaml",
  discovery: "/run/slipway/discovery.conf",
  /** What kubelet is started with while a control plane joins; read by its unit when it is there. */
  kubeletJoin: "/run/slipway/kubelet-join.env",
  /** While it is there and fresh, this machine holds the virtual address although its API does not answer yet. */
  founding: "/run/slipway/founding",
  kubeadmLock: "/run/slipway/kubeadm.lock",
  /** How far this machine has come as a member; the one thing a probe needs that kubeadm does not record. */
  stage: "/var/lib/slipway/kubernetes-stage",
  /** What kubelet and the static pods of this machine were made from, as kubeadm was told. */
  kubeletSettings: "/var/lib/slipway/kubelet-settings.yaml",
  controlPlaneSettings: "/var/lib/slipway/control-plane-settings.yaml",
  ca: "/etc/kubernetes/pki/ca.crt",
  apiServerCertificate: "/etc/kubernetes/pki/apiserver.crt",
  adminConfig: "/etc/kubernetes/admin.conf",
  superAdminConfig: "/etc/kubernetes/super-admin.conf",
  kubectlCache: "/run/slipway/kubectl",
} as const;
