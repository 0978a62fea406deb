import { implement } from "@orpc/server";
import { contract } from "../contract/api/index.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { isEngineSecret } from "../core/engine-secrets.ts";
import { clusterJsonSchema } from "../core/spec/json-schema.ts";
import { parseClusterSpec } from "../core/spec/parse.ts";
import { tokensRouter, usersRouter } from "./accounts.ts";
import { auditRouter } from "./audit.ts";
import { authRouter } from "./auth.ts";
import { bundlesRouter } from "./bundles.ts";
import { clustersRouter } from "./clusters.ts";
import { consoleRouter } from "./console.ts";
import { kubeRouter } from "./kube.ts";
import { labRouter } from "./lab.ts";
import { metalRouter, netbootRouter } from "./metal.ts";
import { operationsRouter } from "./operations.ts";
import { registryRouter } from "./registry.ts";
import { terminalsRouter } from "./terminals.ts";
import type { CallContext, EngineServices } from "./services.ts";
import { uploadsRouter } from "./uploads.ts";

const done = { done: true } as const;

/** Every call of the contract, answered from the services: one that is missing or mistyped does not compile. */
export const createRouter = (services: EngineServices) => {
  const os = implement(contract).$context<CallContext>();
  const { engine, machines, hostKeys, secrets } = services;
  return os.router({
    engine: {
      info: os.engine.info.handler(() => engine.info()),
      shutdown: os.engine.shutdown.handler(() => {
        engine.shutdown();
        return done;
      }),
    },
    audit: auditRouter(services),
    auth: authRouter(services),
    bundles: bundlesRouter(services),
    console: consoleRouter(services),
    terminals: terminalsRouter(services),
    tokens: tokensRouter(services),
    users: usersRouter(services),
    clusters: clustersRouter(services),
    kube: kubeRouter(services),
    uploads: uploadsRouter(services),
    operations: operationsRouter(services),
    registry: registryRouter(services),
    lab: labRouter(services),
    metal: metalRouter(services),
    netboot: netbootRouter(services),
    workflows: {
      list: os.workflows.list.handler(() =>
        services.workflows.map(({ id, title, phases }) => ({
          id,
          title,
          phases: phases.map((phase) => ({ id: phase.id, title: phase.title, effect: phase.effect })),
        })),
      ),
    },
    machines: {
      list: os.machines.list.handler(async ({ input: { cluster } = {} }) => [
        ...(await machines.list(cluster === undefined ? {} : { cluster })),
      ]),
      show: os.machines.show.handler(({ input }) => machines.show(input.name, input.cluster)),
    },
    hostKeys: {
      list: os.hostKeys.list.handler(async () => [...(await hostKeys.list())]),
      trust: os.hostKeys.trust.handler(async ({ input }) => {
        const endpoint = await pinnedEndpoint(services, input.endpoint).catch(() => withPort(input.endpoint));
        await hostKeys.forget(endpoint);
        await hostKeys.pin(endpoint, input.fingerprint);
        return done;
      }),
      forget: os.hostKeys.forget.handler(async ({ input }) => {
        await hostKeys.forget(await pinnedEndpoint(services, input.endpoint));
        return done;
      }),
    },
    secrets: {
      list: os.secrets.list.handler(async () =>
        (await secrets.list()).filter(({ name }) => !isEngineSecret(name)),
      ),
      set: os.secrets.set.handler(async ({ input }) => {
        assertNotReserved(input.name);
        await secrets.set(input.name, input.value);
        return done;
      }),
      remove: os.secrets.remove.handler(async ({ input }) => {
        assertNotReserved(input.name);
        await secrets.remove(input.name);
        return done;
      }),
    },
    preflight: { checks: os.preflight.checks.handler(() => [...services.checks]) },
    specs: {
      validate: os.specs.validate.handler(({ input }) => {
        const result = parseClusterSpec(input.text, { checks: services.checks.map(({ id }) => id) });
        return result.valid
          ? { ...result, warnings: [...result.warnings] }
          : { valid: false, problems: [...result.problems] };
      }),
      schema: os.specs.schema.handler(() => clusterJsonSchema()),
    },
  });
};

/** @throws SECRET_RESERVED for a name that the engine keeps for itself. */
const assertNotReserved = (name: string): void => {
  if (isEngineSecret(name)) throw SlipwayError.of("SECRET_RESERVED", { name });
};

/** The endpoint as it is pinned, whether the operator wrote it with or without the port. */
const pinnedEndpoint = async ({ hostKeys }: EngineServices, endpoint: string): Promise<string> => {
  for (const candidate of [endpoint, withPort(endpoint)]) {
    if ((await hostKeys.pinned(candidate)) !== undefined) return candidate;
  }
  throw SlipwayError.of("HOST_KEY_NOT_PINNED", { endpoint });
};

const withPort = (endpoint: string): string => (/:\d+$/.test(endpoint) ? endpoint : `${endpoint}:22`);
