import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import { mayCall } from "../core/accounts/permission.ts";
import type { TerminalUser } from "../services/terminals/types.ts";
import { askerOf, type Client } from "./client-of.ts";
import { personIn, type CallContext, type EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Who asks, as terminals see it. */
export const terminalUser = (client: Client, user: string, via: TerminalUser["via"]): TerminalUser => ({
  user,
  via,
  address: client.address,
  administrator: mayCall(askerOf(client), "administer", undefined),
});

const userOf = (context: CallContext): TerminalUser => {
  const { user, via } = personIn(context);
  return terminalUser(context.client, user, via);
};

/** Calls about terminals. */
export const terminalsRouter = ({ terminals }: EngineServices) => {
  const os = implement(contract.terminals).$context<CallContext>();
  const lasting = (signal: AbortSignal | undefined): AbortSignal => signal ?? new AbortController().signal;
  return os.router({
    openContainer: os.openContainer.handler(({ input, context, signal }) => {
      const mayEnter = mayCall(askerOf(context.client), "enter", input.cluster);
      return terminals.openContainer({ ...userOf(context), mayEnter }, input, lasting(signal));
    }),
    openMachine: os.openMachine.handler(({ input, context, signal }) =>
      terminals.openMachine(userOf(context), input, lasting(signal)),
    ),
    openKubectl: os.openKubectl.handler(({ input, context, signal }) =>
      terminals.openKubectl(userOf(context), input, lasting(signal)),
    ),
    list: os.list.handler(async ({ context }) => [...(await terminals.list(userOf(context)))]),
    close: os.close.handler(async ({ input, context }) => {
      await terminals.close(userOf(context), input.terminal);
      return done;
    }),
    pods: os.pods.handler(async ({ input, signal }) => [
      ...(await terminals.pods(input.cluster, lasting(signal))),
    ]),
    recordings: os.recordings.handler(async ({ context }) => [
      ...(await terminals.recordings(userOf(context))),
    ]),
    replay: os.replay.handler(async function* ({ input, context }) {
      for await (const text of await terminals.replay(userOf(context), input.recording)) yield { text };
    }),
    removeRecording: os.removeRecording.handler(async ({ input }) => {
      await terminals.removeRecording(input.recording);
      return done;
    }),
  });
};
