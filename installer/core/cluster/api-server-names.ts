import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { contains, parseAddress, parseBlock } from "../net/ipv4.ts";
import { apiEndpoint, apiServerNames, nodeAddress } from "./endpoint.ts";
import { certificatesConfig } from "./kubeadm-certificates.ts";
import { requestedNames } from "./signing-request.ts";

/** Names that every API server's certificate has from kubeadm (kubernetes/cmd/kubeadm/app/util/pkiutil, GetAPIServerAltNames). */
const ownNames = ({ network }: ClusterSpec, machine: MachineSpec): readonly string[] => [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  `kubernetes.default.svc.${network.domain}`,
  machine.name,
  nodeAddress(machine),
];

/** What is wrong with the names in an API server's certificate. */
export interface WrongNames {
  /** Names of machines that serve the API no longer: who took them over could pass for it. */
  readonly strange: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Compares a certificate with what its machine is called. Names of control planes that came later may be missing: nobody
 * calls this machine by them. Undefined when all is well.
 */
export const wrongNames = (
  pem: string,
  { cluster, machine }: { readonly cluster: ClusterSpec; readonly machine: MachineSpec },
): WrongNames | undefined => {
  const found = requestedNames(pem);
  const services = parseBlock(cluster.network.services);
  const isService = (name: string): boolean => {
    const number = parseAddress(name);
    return services !== undefined && number !== undefined && contains(services, number);
  };
  const known = new Set([...apiServerNames(cluster), ...ownNames(cluster, machine)]);
  const strange = found.filter((name) => !known.has(name) && !isService(name));
  const missing = [apiEndpoint(cluster).host, machine.address, nodeAddress(machine)].filter(
    (name) => !found.includes(name),
  );
  return strange.length + missing.length === 0 ? undefined : { strange, missing: [...new Set(missing)] };
};

/** What kubeadm needs to know to make an API server's certificate with no API to ask. */
export const namesConfig = (cluster: ClusterSpec, machine: MachineSpec): string =>
  certificatesConfig(cluster, machine, {
    networking: { serviceSubnet: cluster.network.services, dnsDomain: cluster.network.domain },
    apiServer: { certSANs: apiServerNames(cluster) },
  });
