import type { Leftover } from "../../contract/facts.ts";
import { table } from "./sections.ts";

/** Folders and files that only a Kubernetes leaves, with the product they belong to. An empty folder counts as clean. */
const paths: Readonly<Record<string, string>> = {
  "/etc/kubernetes": "kubernetes",
  "/var/lib/kubelet": "kubernetes",
  "/var/lib/etcd": "etcd",
  "/etc/cni/net.d": "cni",
  "/var/lib/cni": "cni",
  "/etc/rancher": "k3s or rke2",
  "/var/lib/rancher": "k3s or rke2",
  "/etc/k0s": "k0s",
  "/var/lib/k0s": "k0s",
  "/var/snap/microk8s": "microk8s",
  "/var/lib/minikube": "minikube",
  "/var/lib/calico": "calico",
  "/var/run/cilium": "cilium",
  "/run/flannel": "flannel",
};

const interfaces: Readonly<Record<string, string>> = {
  cni0: "cni",
  "flannel.*": "flannel",
  "cali*": "calico",
  "vxlan.calico": "calico",
  tunl0: "calico",
  "cilium_*": "cilium",
  "kube-ipvs0": "kubernetes",
  "kube-bridge": "kube-router",
  nodelocaldns: "kubernetes",
};

const programs: Readonly<Record<string, string>> = {
  kubelet: "kubernetes",
  kubeadm: "kubernetes",
  k3s: "k3s",
  rke2: "rke2",
  k0s: "k0s",
  microk8s: "microk8s",
};

const processes: Readonly<Record<string, string>> = {
  etcd: "etcd",
  k3s: "k3s",
  "k3s-server": "k3s",
  "k3s-agent": "k3s",
  rke2: "rke2",
  k0s: "k0s",
  kubelite: "microk8s",
  flanneld: "flannel",
  "calico-node": "calico",
  "cilium-agent": "cilium",
};

const firewall: Readonly<Record<string, string>> = {
  "KUBE-": "kubernetes",
  "kube-proxy": "kubernetes",
  "FLANNEL-": "flannel",
  "cali-": "calico",
  calico: "calico",
  CILIUM_: "cilium",
  "CNI-": "cni",
};

/** Every path the collector looks for. */
export const leftoverPaths = Object.keys(paths);

/** Shell patterns of interface names. */
export const leftoverInterfaces = Object.keys(interfaces);

/** Programs looked up in the usual folders. */
export const leftoverPrograms = Object.keys(programs);

/** What the collector found, each with the product it belongs to. */
export const leftoversOf = (section: string | undefined): Leftover[] =>
  table(section).flatMap(([kind, what = "", pid = ""]): Leftover[] => {
    switch (kind) {
      case "path":
        return [{ kind: "state", what, product: paths[what] ?? "kubernetes" }];
      case "interface":
        return [{ kind: "interface", what, product: interfaceProduct(what) }];
      case "program":
        return [{ kind: "program", what, product: programs[what] ?? "kubernetes" }];
      case "process":
        return [{ kind: "process", what: `${what} (${pid})`, product: processes[what] ?? "kubernetes" }];
      case "chain":
        return [{ kind: "firewall", what: `${what}*`, product: firewall[what] ?? "kubernetes" }];
      case "table":
        return [{ kind: "firewall", what, product: firewall[what] ?? what.split("-")[0] ?? "kubernetes" }];
      case undefined:
      default:
        return [];
    }
  });

const interfaceProduct = (name: string): string =>
  Object.entries(interfaces).find(([pattern]) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
  )?.[1] ?? "cni";
