import type { BootTarget } from "../netboot/scripts/target.ts";
import { machineUrl } from "../netboot/urls.ts";

/** What the kernel line of an installer says. */
export interface InstallerBoot {
  readonly mac: string;
  readonly title: string;
  /** URL of the boot services, and token of the machine's URLs there. */
  readonly base: string;
  readonly urlToken: string;
  /** HTTPS URL of the engine's server for installers. */
  readonly engine: string;
  /** SHA-256 of the site CA's certificate (DER), hex. */
  readonly ca: string;
  /** Speaks for this boot of this machine. */
  readonly token: string;
  readonly consoles: readonly string[];
}

/** How a machine is sent into the installer. */
export const installerTarget = (boot: InstallerBoot): BootTarget => ({
  kind: "linux",
  title: boot.title,
  kernel: machineUrl(boot.base, boot.urlToken, "vmlinuz"),
  initrd: machineUrl(boot.base, boot.urlToken, "initrd"),
  args: [
    { name: "slipway.engine", value: boot.engine },
    { name: "slipway.ca", value: boot.ca },
    { name: "slipway.boot", value: boot.base },
    { name: "slipway.token", value: boot.token },
    { name: "slipway.mac", value: boot.mac },
    ...boot.consoles.map((value) => ({ name: "console", value })),
  ],
});
