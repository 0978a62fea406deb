import type { BootTarget } from "./target.ts";
import { bootSentence, bootUrl, kernelLine } from "./words.ts";

/** Seconds between two attempts to fetch the same thing, for a server that is being restarted. */
const PAUSE_SECONDS = 5;

/**
 * A script for iPXE (ipxe.org/scripting). A download that fails is tried again for ever, because the engine may be away
 * for minutes; the machine says so on its screen.
 */
export const ipxeScript = (target: BootTarget): string => `${["#!ipxe", ...linesOf(target)].join("\n")}\n`;

const linesOf = (target: BootTarget): readonly string[] => {
  const say = `echo Slipway: ${bootSentence(target.title)}`;
  switch (target.kind) {
    case "linux":
      return [
        say,
        ":start",
        "imgfree",
        `kernel ${bootUrl(target.kernel)} initrd=initrd.magic ${kernelLine(target.args)} || goto failed`,
        `initrd --name initrd.magic ${bootUrl(target.initrd)} || goto failed`,
        "boot || goto failed",
        ":failed",
        `echo Slipway: download failed, next attempt in ${PAUSE_SECONDS} seconds`,
        `sleep ${PAUSE_SECONDS}`,
        "goto start",
      ];
    case "disk":
      return [
        say,
        // UEFI takes a failed boot option as "next one, please"; a success would end in its setup screen.
        "iseq ${platform} efi && exit 1 ||",
        "sanboot --no-describe --drive 0x80 || exit 1",
      ];
    case "wait":
      return [
        say,
        ":again",
        `sleep ${Math.max(1, Math.floor(target.seconds))}`,
        `chain --replace ${bootUrl(target.again)} || goto again`,
      ];
  }
};
