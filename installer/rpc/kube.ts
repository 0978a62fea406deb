import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import type { CallContext, EngineServices } from "./services.ts";

const done = { done: true } as const;

/** Calls about what runs in a cluster. Feeds end when their caller goes or the engine ends. */
export const kubeRouter = ({ kube, engine }: Pick<EngineServices, "kube" | "engine">) => {
  const os = implement(contract.kube).$context<CallContext>();
  const until = (signal: AbortSignal | undefined): AbortSignal =>
    AbortSignal.any([engine.closing, ...(signal === undefined ? [] : [signal])]);
  return os.router({
    watch: os.watch.handler(({ input: { cluster, kind }, signal }) =>
      kube.watch(cluster, kind, until(signal)),
    ),
    yaml: os.yaml.handler(async ({ input: { kind, ...of }, signal }) => ({
      yaml: await kube.yaml(kind, of, until(signal)),
    })),
    logs: os.logs.handler(({ input, signal }) => kube.logs(input, until(signal))),
    scale: os.scale.handler(async ({ input: { kind, replicas, ...of }, signal }) => {
      await kube.scale(kind, of, { replicas, signal: until(signal) });
      return done;
    }),
    restart: os.restart.handler(async ({ input: { kind, ...of }, signal }) => {
      await kube.restart(kind, of, until(signal));
      return done;
    }),
    cordon: os.cordon.handler(async ({ input: { cluster, node, pods }, signal }) => {
      await kube.cordon({ cluster, name: node }, pods, until(signal));
      return done;
    }),
  });
};
