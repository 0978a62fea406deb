import type { BootClient, Platform } from "./dhcp/client.ts";
import type { BootAnswer } from "./dhcp/settings.ts";

/** Which program each kind of firmware is given first. */
export interface LoaderTable {
  /** Paths below the TFTP tree. */
  readonly tftp: Readonly<Partial<Record<Platform, string>>>;
  /** URLs, for UEFI HTTP boot. */
  readonly http: Readonly<Partial<Record<Platform, string>>>;
  /** URL of the script that iPXE is sent to. */
  readonly script: string;
}

/**
 * The next step of a machine's boot: firmware gets a loader, iPXE its script. `unsupported` when there is no loader for
 * the platform; an operating system that asks for an address gets `none`.
 */
export const bootFor = (client: BootClient, loaders: LoaderTable): BootAnswer | "none" | "unsupported" => {
  switch (client.kind) {
    case "system":
      return "none";
    case "ipxe":
      return { file: loaders.script, via: "http" };
    case "pxe":
    case "http": {
      const via = client.kind === "pxe" ? "tftp" : "http";
      const file = loaders[via][client.platform];
      return file === undefined ? "unsupported" : { file, via };
    }
  }
};
