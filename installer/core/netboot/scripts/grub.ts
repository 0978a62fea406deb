import { bootSentence, bootUrl, kernelLine } from "./words.ts";
import type { BootTarget } from "./target.ts";

/** How GRUB reaches the server: it has its own names for devices. */
export interface GrubSource {
  /** `http` needs GRUB 2.12 or newer when it is Debian's signed one; `tftp` works with all. */
  readonly protocol: "http" | "tftp";
}

/**
 * A configuration for GRUB as it is started from the network (shim and grubnetx64 for Secure Boot). Devices are written
 * as `(http,server:port)/path`.
 */
export const grubScript = (target: BootTarget, source: GrubSource): string =>
  `${["set timeout=0", `echo "Slipway: ${bootSentence(target.title)}"`, ...linesOf(target, source)].join("\n")}\n`;

const linesOf = (target: BootTarget, source: GrubSource): readonly string[] => {
  switch (target.kind) {
    case "linux":
      return [
        `linux ${grubPath(target.kernel, source)} ${kernelLine(target.args)}`,
        `initrd ${grubPath(target.initrd, source)}`,
        "boot",
        // Reached only when one of them failed: another attempt, from the start.
        'echo "Slipway: download failed, next attempt in 5 seconds"',
        "sleep 5",
        "reboot",
      ];
    case "disk":
      return ["exit 1"];
    case "wait":
      return [
        `sleep ${Math.max(1, Math.floor(target.seconds))}`,
        `configfile ${grubPath(target.again, source)}`,
        "reboot",
      ];
  }
};

/** A URL as GRUB names it; over TFTP the path is the same below the same server. */
const grubPath = (url: string, { protocol }: GrubSource): string => {
  const { hostname, port, pathname } = new URL(bootUrl(url));
  if (protocol === "tftp") return `(tftp,${hostname})${pathname}`;
  return `(http,${hostname}${port === "" ? "" : `:${port}`})${pathname}`;
};

/** Where GRUB looks for its configuration, most exact first: by hardware address, then for all machines. */
export const grubConfigNames = (mac: string): readonly string[] => [
  `grub/grub.cfg-01-${mac.replaceAll(":", "-")}`,
  "grub/grub.cfg",
];
