import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls about the registry of the appliance. */
export const registryRouter = ({ registry, siteCa }: Pick<EngineServices, "registry" | "siteCa">) => {
  const os = implement(contract.registry).$context<CallContext>();
  return os.router({
    status: os.status.handler(() => registry.status()),
    authority: os.authority.handler(async () => ({ certificate: await siteCa.certificate() })),
  });
};
