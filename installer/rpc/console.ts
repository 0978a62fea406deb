import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls about the web console itself. */
export const consoleRouter = ({ console: web }: Pick<EngineServices, "console">) => {
  const os = implement(contract.console).$context<CallContext>();
  return os.router({ status: os.status.handler(() => web.status()) });
};
