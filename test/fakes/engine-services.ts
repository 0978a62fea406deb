import type { FeedItem } from "../../installer/contract/api/operations.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { text } from "../../installer/contract/text.ts";
import type { OperationRecord } from "../../installer/core/ports/journal.ts";
import type { HostKeys, Log, Redactor, Secrets } from "../../installer/core/ports/index.ts";
import { CONTRACT_VERSION } from "../../installer/contract/api/version.ts";
import type { EngineServices } from "../../installer/rpc/services.ts";
import type { OperationsService, StartRequest } from "../../installer/services/operations-api.ts";
import type { MetalApi } from "../../installer/services/metal/api.ts";
import type { SiteBundles } from "../../installer/services/site-bundles.ts";
import type { TerminalsService } from "../../installer/services/terminals/types.ts";
import { fakeAudit, noAccounts, noConsole } from "./console.ts";

/** Everything behind the contract, in memory, for tests of the transport and of clients. */
export const fakeEngineServices = (changes: Partial<EngineServices> = {}): EngineServices => ({
  engine: {
    info: () => ({
      version: "0.0.0",
      contract: CONTRACT_VERSION,
      pid: 1,
      startedAt: 0,
      uptimeMs: 0,
      readyAfterMs: 0,
      data: "/data",
      socket: "/data/engine.sock",
      node: process.version,
      residentBytes: 0,
      busy: false,
      private: false,
      notices: [],
    }),
    shutdown: () => {},
    closing: new AbortController().signal,
  },
  operations: fakeOperations(),
  clusters: {
    list: () => Promise.resolve([]),
    get: (cluster) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    applied: () => Promise.resolve(undefined),
  },
  clusterCare: {
    status: (cluster) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    kubeconfig: (cluster) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
  },
  kube: {
    watch: (cluster) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    yaml: (_kind, { cluster }) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    logs: ({ cluster }) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    scale: (_kind, { cluster }) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    restart: (_kind, { cluster }) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
    cordon: ({ cluster }) => Promise.reject(SlipwayError.of("CLUSTER_UNKNOWN", { cluster })),
  },
  machines: {
    list: () => Promise.resolve([]),
    show: (machine) => Promise.reject(SlipwayError.of("MACHINE_UNKNOWN", { machine })),
  },
  workflows: [],
  hostKeys: fakeHostKeys(),
  secrets: fakeSecrets(),
  bundles: noBundles,
  uploads: {
    begin: () => Promise.reject(SlipwayError.of("UPLOAD_TOO_MANY", { count: 0 })),
    add: () => Promise.reject(SlipwayError.of("UPLOAD_UNKNOWN", {})),
    use: () => Promise.reject(SlipwayError.of("UPLOAD_UNKNOWN", {})),
  },
  registry: {
    status: () =>
      Promise.resolve({
        state: "empty",
        listen: "0.0.0.0:5000",
        addresses: [],
        restarts: 0,
        content: { images: 0, blobs: 0, copied: 0 },
        bundles: [],
      }),
  },
  siteCa: { certificate: () => Promise.resolve("") },
  accounts: noAccounts,
  terminals: noTerminals,
  audit: fakeAudit(),
  console: noConsole,
  redactor: fakeRedactor(),
  checks: [
    {
      id: "memory",
      scope: "machine",
      severity: "blocks",
      title: text("Memory", "内存"),
      why: text("Too little memory kills pods.", "内存不足会导致 Pod 被终止。"),
      remedy: text("Add memory.", "增加内存。"),
      needs: [],
    },
  ],
  metal: noMetal,
  lab: {
    up: (request, { onProgress } = {}) => {
      onProgress?.({ step: "network", text: text("Making the network", "创建网络") });
      return Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: request.name, problem: "a fake" }));
    },
    status: () => Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: "lab", problem: "a fake" })),
    fault: () => Promise.resolve(),
    power: () => Promise.resolve(),
    down: () => Promise.resolve(),
    sshCommand: (_lab, machine) => Promise.resolve(["ssh", machine]),
    list: () => Promise.resolve([]),
  },
  log: silentLog,
  ...changes,
});

/** Rejects whatever is asked of it. */
const noBundles = new Proxy({} as SiteBundles, {
  get: (_target, name) => () =>
    Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: String(name), problem: "a fake" })),
});

const noTerminals = new Proxy({} as TerminalsService, {
  get: (_target, name) => () =>
    Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: String(name), problem: "a fake" })),
});

/** No boot services, no machines. */
const noMetal = new Proxy({} as MetalApi, {
  get: (_target, name) => () =>
    Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: String(name), problem: "a fake" })),
});

/** Discards everything. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};

/** Replaces every registered value by asterisks. */
export const fakeRedactor = (): Redactor => {
  const values = new Set<string>();
  const redact = (line: string): string =>
    [...values].reduce((done, value) => done.replaceAll(value, "***"), line);
  return {
    add: (value) => values.add(value),
    redact,
    redactDeep: <T>(value: T): T => JSON.parse(redact(JSON.stringify(value))) as T,
  };
};

/** Host keys in a map. */
export const fakeHostKeys = (): HostKeys => {
  const pins = new Map<string, string>();
  return {
    pinned: (endpoint) => Promise.resolve(pins.get(endpoint)),
    pin: (endpoint, fingerprint) => Promise.resolve(void pins.set(endpoint, fingerprint)),
    forget: (endpoint) => Promise.resolve(void pins.delete(endpoint)),
    list: () =>
      Promise.resolve([...pins].map(([endpoint, fingerprint]) => ({ endpoint, fingerprint, pinnedAt: 0 }))),
  };
};

/** Secrets in a map, in the clear. */
export const fakeSecrets = (): Secrets => {
  const values = new Map<string, string>();
  const get = (name: string): Promise<string> => {
    const value = values.get(name);
    return value === undefined
      ? Promise.reject(SlipwayError.of("SECRET_NOT_FOUND", { name }))
      : Promise.resolve(value);
  };
  return {
    set: (name, value) => Promise.resolve(void values.set(name, value)),
    get,
    list: () => Promise.resolve([...values.keys()].map((name) => ({ name, updatedAt: 0 }))),
    remove: (name) => Promise.resolve(void values.delete(name)),
    resolve: (reference) => get(reference.replace("secret:", "")),
  };
};

/** One operation per start, whose feed is three steps of "said" and an end; `pace` holds it back between items. */
export const fakeOperations = (pace: () => Promise<void> = () => Promise.resolve()): OperationsService => {
  const records = new Map<string, OperationRecord>();
  const known = (id: string): OperationRecord => {
    const record = records.get(id);
    if (record === undefined) throw SlipwayError.of("OPERATION_NOT_FOUND", { operation: id });
    return record;
  };
  return {
    plan: ({ workflow, cluster }) =>
      Promise.resolve({
        workflow,
        cluster: cluster.name,
        steps: [],
        summary: { satisfied: 0, needed: 0, blocked: 0, destructive: 0, failed: 0 },
      }),
    start: ({ workflow, cluster, parameters = {}, by }: StartRequest) => {
      const id = `op-${String(records.size).padStart(10, "0")}`;
      const record: OperationRecord = {
        id,
        workflow,
        cluster,
        parameters,
        by,
        confirmed: [],
        steps: 3,
        status: "running",
        createdAt: 1_700_000_000_000,
        endedAt: undefined,
        lastSeq: 4,
      };
      records.set(id, record);
      return Promise.resolve(record);
    },
    recover: () => Promise.resolve([]),
    get: async (id) => known(id),
    list: () => Promise.resolve([...records.values()].toReversed()),
    steps: () => Promise.resolve([]),
    pause: async (id) => void known(id),
    resume: async (id) => void known(id),
    cancel: async (id) => void known(id),
    skip: async (id) => void known(id),
    feed: async function* ({ operation, after = 0 }, signal) {
      const { cluster } = known(operation);
      const step = { phase: "machine.connect", machine: cluster.machines[0]?.name ?? "n1" };
      for (let seq = after + 1; seq <= 4 && !signal.aborted; seq++) {
        await pace();
        const body =
          seq < 4
            ? { type: "step.said" as const, step, text: text(`line ${seq}`, `第 ${seq} 行`) }
            : {
                type: "operation.ended" as const,
                outcome: "succeeded" as const,
                durationMs: 1,
                criticalPath: [],
                blocked: [],
              };
        yield { kind: "event", event: { seq, operation, at: 0, body } } satisfies FeedItem;
      }
    },
    idle: () => true,
    shutdown: () => Promise.resolve(),
  };
};
