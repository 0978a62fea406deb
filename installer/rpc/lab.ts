import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { LabUpItem } from "../contract/api/lab.ts";
import type { LabProgress } from "../contract/lab.ts";
import type { CallContext, EngineServices } from "./services.ts";
import { workFeed } from "./work-feed.ts";

/** Calls about labs. */
export const labRouter = ({ lab }: EngineServices) => {
  const os = implement(contract.lab).$context<CallContext>();
  return os.router({
    up: os.up.handler(({ input, signal }) =>
      workFeed(
        (onProgress: (progress: LabProgress) => void) =>
          lab.up(input, { signal: signal ?? new AbortController().signal, onProgress }),
        {
          event: (progress): LabUpItem => ({ kind: "progress", progress }),
          end: (status): LabUpItem => ({ kind: "ready", status }),
        },
      ),
    ),
    list: os.list.handler(async () => [...(await lab.list())]),
    status: os.status.handler(({ input }) => lab.status(input.name)),
    fault: os.fault.handler(async ({ input: { name, machine, fault } }) => {
      await lab.fault(name, machine, fault);
      return { done: true };
    }),
    power: os.power.handler(async ({ input: { name, machine, power } }) => {
      await lab.power(name, machine, power);
      return { done: true };
    }),
    down: os.down.handler(async ({ input }) => {
      await lab.down(input.name);
      return { done: true };
    }),
    sshCommand: os.sshCommand.handler(async ({ input: { name, machine, command } }) => ({
      argv: [...(await lab.sshCommand(name, machine, command))],
    })),
  });
};
