import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { CallContext, EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Calls about boot services. */
export const netbootRouter = ({ metal }: EngineServices) => {
  const os = implement(contract.netboot).$context<CallContext>();
  return os.router({
    start: os.start.handler(({ input }) => metal.start(input)),
    stop: os.stop.handler(async () => {
      await metal.stop();
      return done;
    }),
    status: os.status.handler(() => metal.status()),
    timeline: os.timeline.handler(async ({ input: { mac } = {} }) => [...(await metal.timeline(mac))]),
  });
};

/** Calls about blank machines. */
export const metalRouter = ({ metal }: EngineServices) => {
  const os = implement(contract.metal).$context<CallContext>();
  return os.router({
    discovered: os.discovered.handler(async () => [...(await metal.discovered())]),
    overwrite: os.overwrite.handler(async ({ input: { machine, serial }, context }) => {
      await metal.overwrite(machine, { serial, by: context.by });
      return done;
    }),
    restore: os.restore.handler(async ({ input: { machine, serial } }) => ({
      job: await metal.restore(machine, serial),
    })),
    rules: os.rules.handler(async () => [...(await metal.rules())]),
    addRule: os.addRule.handler(({ input, context }) => metal.addRule({ ...input, by: context.by })),
    removeRule: os.removeRule.handler(async ({ input }) => {
      await metal.removeRule(input.id);
      return done;
    }),
  });
};
