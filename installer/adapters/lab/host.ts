import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { hierarchies } from "./cgroups.ts";
import { KEEPER_ENVIRONMENT } from "./container.ts";

/** Commands of this computer that the lab runs, with the Debian package of each. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: "iproute2",
  tc: "iproute2",
  "mkfs.ext4": "e2fsprogs",
  mmdebstrap: "mmdebstrap",
  mount: "mount",
  nft: "nftables",
  nsenter: "util-linux",
  setpriv: "util-linux",
  "ssh-keygen": "openssh-client",
  sysctl: "procps",
  "systemd-nspawn": "systemd-container",
  unshare: "util-linux",
};

/** inotify instances that one booted machine takes (systemd, its services, later kubelet and containerd). */
const INOTIFY_PER_MACHINE = 40;
const INOTIFY_LIMIT = "/proc/sys/fs/inotify/max_user_instances";

const onPath = (tool: string): boolean =>
  KEEPER_ENVIRONMENT.PATH.split(":").some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/**
 * Checks what a lab needs of its host, and raises the host's limit of inotify instances when it is too low for that many
 * machines (it falls back at the next boot). Rejects with LAB_NOT_ROOT, LAB_TOOL_MISSING or LAB_HOST_UNSUPPORTED.
 */
export const requireHost = async (machines: number): Promise<void> => {
  if (process.platform !== "linux")
    throw SlipwayError.of("LAB_HOST_UNSUPPORTED", { problem: "it does not run Linux" });
  if (process.getuid?.() !== 0) throw SlipwayError.of("LAB_NOT_ROOT", {});
  const missing = Object.keys(TOOLS).filter((tool) => !onPath(tool));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => TOOLS[tool]))].join(" ");
    throw SlipwayError.of("LAB_TOOL_MISSING", { tools: missing.join(", "), packages });
  }
  if (!/\boverlay$/m.test(readFileSync("/proc/filesystems", "utf8"))) {
    throw SlipwayError.of("LAB_HOST_UNSUPPORTED", { problem: "its kernel has no overlay file system" });
  }
  hierarchies();
  const wanted = 512 + machines * INOTIFY_PER_MACHINE;
  if (Number(readFileSync(INOTIFY_LIMIT, "utf8")) < wanted) writeFileSync(INOTIFY_LIMIT, String(wanted));
};
