import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { AuditFilter } from "../contract/api/audit.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls about the audit log. */
export const auditRouter = ({ audit }: Pick<EngineServices, "audit">) => {
  const os = implement(contract.audit).$context<CallContext>();
  return os.router({
    list: os.list.handler(async ({ input: { before, limit = 100, ...filter } = {} }) => {
      const range = before === undefined ? { limit } : { limit, before };
      return [...(await audit.list({ ...(filter as AuditFilter), ...range }))];
    }),
    verify: os.verify.handler(async () => {
      const { findings, ...verdict } = await audit.verify();
      return { ...verdict, findings: [...findings] };
    }),
    export: os.export.handler(({ input }) => audit.export(input?.format ?? "json")),
  });
};
