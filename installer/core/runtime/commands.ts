import type { MachineFacts } from "../../contract/facts.ts";
import type { Release, ReleasePackage } from "../ports/release.ts";

/** Commands that must be there, and the component of the release whose packages bring them. */
export interface WantedCommands {
  readonly component: string;
  readonly commands: readonly string[];
}

/** What kubeadm's preflight, kubelet, kube-proxy, the transfer of content and timekeeping call on every machine. */
export const machineCommands: readonly WantedCommands[] = [
  {
    component: "machine-packages",
    commands: ["conntrack", "curl", "ethtool", "ip", "iptables", "mount", "nft", "nsenter", "socat"],
  },
  { component: "chrony", commands: ["chronyd", "chronyc"] },
];

/** What holds the virtual address of the API. */
export const keepalivedCommands: readonly WantedCommands[] = [
  { component: "keepalived", commands: ["keepalived"] },
];

/** Debian suites by the VERSION_ID of their os-release. */
const suites: Readonly<Record<string, string>> = { "12": "bookworm", "13": "trixie" };

/** True when packages of this release were made for the machine's system. */
export const packagesFit = (release: Release, { os }: Pick<MachineFacts, "os">, suite: string): boolean =>
  os.id === "debian" && suites[os.versionId ?? ""] === suite && release.packages.length > 0;

/** The packages of these components, each file once. */
export const packagesOf = (release: Release, components: readonly string[]): readonly ReleasePackage[] => {
  const found = release.packages.filter(({ component }) => components.includes(component));
  return [...new Map(found.map((entry) => [entry.fileName, entry])).values()];
};
