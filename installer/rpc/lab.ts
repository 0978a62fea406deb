import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { LabUpItem } from "../contract/api/lab.ts";
import type { LabProgress, LabStatus } from "../contract/lab.ts";
import type { CallContext, EngineServices } from "./services.ts";

/** Calls about labs. */
export const labRouter = ({ lab }: EngineServices) => {
  const os = implement(contract.lab).$context<CallContext>();
  return os.router({
    up: os.up.handler(({ input, signal }) =>
      progressThenReady((onProgress) =>
        lab.up(input, { signal: signal ?? new AbortController().signal, onProgress }),
      ),
    ),
    list: os.list.handler(async () => [...(await lab.list())]),
    status: os.status.handler(({ input }) => lab.status(input.name)),
    fault: os.fault.handler(async ({ input: { name, machine, fault } }) => {
      await lab.fault(name, machine, fault);
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

/** Turns a call that reports by callback into a feed that ends with its result. */
async function* progressThenReady(
  run: (onProgress: (progress: LabProgress) => void) => Promise<LabStatus>,
): AsyncGenerator<LabUpItem, void, void> {
  const waiting: LabProgress[] = [];
  let wake = Promise.withResolvers<void>();
  const result = run((progress) => {
    waiting.push(progress);
    wake.resolve();
  });
  const ended = result.then(
    () => "ended" as const,
    () => "ended" as const,
  );
  for (;;) {
    const next = await Promise.race([ended, wake.promise]);
    wake = Promise.withResolvers();
    for (const progress of waiting.splice(0)) yield { kind: "progress", progress };
    if (next === "ended") break;
  }
  yield { kind: "ready", status: await result };
}
