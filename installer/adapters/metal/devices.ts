import { networkInterfaces } from "node:os";
import type { BootDevice } from "../../core/provision/boot-scope.ts";

/** Interfaces of this computer with an IPv4 address that machines could be reached through. */
export const bootDevices = (): readonly BootDevice[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address, cidr }) => ({ name, address, prefix: Number((cidr ?? "/32").split("/")[1]) })),
  );
