import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { acquireEngineLock } from "../adapters/journal/engine-lock.ts";
import { openJournal, type OpenedJournal } from "../adapters/journal/open.ts";
import { openLog, type OpenedLog } from "../adapters/log/pino-log.ts";
import type { SshRemoteParts } from "../adapters/ssh/remote.ts";
import { openSecrets } from "../adapters/secrets/open-secrets.ts";
import type { EngineSettings } from "../cli/engine-settings.ts";
import type { EngineInfo } from "../contract/api/engine.ts";
import { CONTRACT_VERSION } from "../contract/api/version.ts";
import type { OperationId } from "../contract/operation.ts";
import type { Journal, Remote } from "../core/ports/index.ts";
import { checkCatalogue } from "../core/preflight/catalogue.ts";
import { createRedactor } from "../core/redact.ts";
import { kubeconfig } from "../phases/cluster/kubeconfig.ts";
import { inventory } from "../phases/machine/inventory.ts";
import { createContractServer } from "../rpc/server.ts";
import type { EngineServices } from "../rpc/services.ts";
import { createClusterCare } from "../services/cluster-care.ts";
import { createClusters } from "../services/clusters.ts";
import { createKube } from "../services/kube.ts";
import { createMachines } from "../services/machines.ts";
import { createOperations } from "../services/operations.ts";
import type { OperationsService } from "../services/operations-api.ts";
import { workflows } from "../workflows/index.ts";
import { composeBundles } from "./bundles.ts";
import { composeConsole } from "./console.ts";
import { deferred } from "./deferred.ts";
import { crashAfter } from "./failpoint.ts";
import type { EngineHost } from "./run.ts";
import { composeMetal } from "./metal.ts";
import { composeSite } from "./site.ts";
import { composeTerminals } from "./terminals.ts";

/** An engine whose parts are joined, but which nobody can call yet. */
export interface ComposedEngine {
  readonly server: Server;
  readonly operations: OperationsService;
  /** Whether anything is under way that goes on when nobody calls. */
  idle(): boolean;
  readonly log: OpenedLog;
  /** Nothing is under way that would be missed. */
  idle(): boolean;
  /** Begins to serve the console, if the settings ask for one. Rejects with CONSOLE_LISTEN_FAILED. */
  openConsole(): Promise<void>;
  markReady(): void;
  /** Ends feeds, so that answers under way can drain. */
  endFeeds(): void;
  /** Closes everything that was opened, in the reverse order. */
  close(): Promise<void>;
}

/**
 * Joins adapters and services. Takes the lock of the data folder first, so that nothing is touched that another engine
 * works with. Rejects with the errors of lock, journal and secrets; what was opened by then is closed again.
 */
export const composeEngine = async (
  settings: EngineSettings,
  { host, shutdown }: { readonly host: EngineHost; readonly shutdown: () => void },
): Promise<ComposedEngine> => {
  const { data } = settings;
  const opened = new AsyncDisposableStack();
  try {
    const lock = await acquireEngineLock(data);
    opened.defer(() => lock.release());
    const redactor = createRedactor();
    const log = openLog({
      redactor,
      file: { path: join(data, "engine.log") },
      pretty: { write: (line) => process.stderr.write(line), colour: "plain" },
    });
    opened.defer(async () => log.close());
    const journal = await openJournal({ path: join(data, "journal.db"), clock: systemClock, log, redactor });
    opened.defer(() => journal.close());
    const secrets = await openSecrets({
      path: join(data, "secrets.json"),
      redactor,
      clock: systemClock,
      ...passphraseOf(host),
    });
    const { hostKeys } = journal;
    let connected: Remote | undefined;
    const remote = deferred(async () => {
      const { createSshRemote } = await import("../adapters/ssh/remote.ts");
      connected = createSshRemote({ secrets, hostKeys, redactor, log, ...loginsOf(host) });
      return connected;
    });
    opened.defer(async () => connected?.close());
    const site = composeSite({ data, host, secrets, redactor });
    opened.defer(() => site.close());
    const { siteCa } = site.ports;
    const content = composeBundles({ data, host, siteCa, journal, redactor, log });
    opened.defer(() => content.close());
    const metal = composeMetal({
      data,
      host,
      journal,
      releases: site.ports.releases,
      secrets,
      siteCa,
      redactor,
      log,
      defaultKeys: loginsOf(host).defaultKeys ?? [],
    });
    opened.defer(() => metal.close());
    const clusters = createClusters(journal);
    const ports = { clock: systemClock, remote, secrets, metal: metal.port, ...site.ports };
    const operations = createOperations({
      workflows,
      clusters,
      ports,
      journal: journalFor(journal, host),
      log,
      newId: newOperationId,
    });
    const closing = new AbortController();
    const started = startTimes();
    const web = composeConsole({ settings, host, secrets, siteCa, redactor, log });
    opened.defer(() => web.close());
    const clusterCare = createClusterCare({ clusters, journal, ports, kubeconfigPhase: kubeconfig.id });
    const terminals = composeTerminals({
      data,
      clusters,
      clusterCare,
      ports: site.ports,
      ssh: { secrets, hostKeys, redactor, log, ...loginsOf(host) },
      audit: web.services.audit,
      log,
    });
    opened.defer(() => terminals.close());
    const services: EngineServices = {
      ...web.services,
      terminals: terminals.service,
      engine: {
        info: () => infoOf({ settings, host, operations, journal, started }),
        shutdown,
        closing: closing.signal,
      },
      operations,
      clusters,
      clusterCare,
      kube: deferred(async () => {
        const { createKubeApi } = await import("../adapters/kube/kube-api.ts");
        const api = createKubeApi();
        opened.defer(async () => api.close());
        return createKube({ api, care: clusterCare, clock: systemClock });
      }),
      machines: createMachines(journal, inventory.id),
      workflows,
      hostKeys,
      secrets,
      redactor,
      bundles: content.bundles,
      registry: content.registry,
      uploads: deferred(async () => {
        const { createUploads } = await import("../services/uploads.ts");
        return createUploads({ folder: join(data, "uploads"), clock: systemClock });
      }),
      siteCa,
      checks: checkCatalogue(),
      metal: metal.api,
      lab: deferred(async () => (await import("../adapters/lab/lab.ts")).createLab(labFolders(host))),
      log,
    };
    const server = createContractServer(services, host.user);
    opened.defer(async () => {
      server.close();
      server.closeAllConnections();
    });
    return {
      server,
      operations,
      log,
      idle: () => operations.idle() && terminals.idle() && !metal.wanted(),
      openConsole: () => web.listen(services),
      markReady: () => {
        started.ready();
        content.serveInBackground();
        metal.comeBack();
      },
      endFeeds: () => closing.abort(),
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
};

const journalFor = (journal: Journal, { env }: EngineHost): Journal => {
  const count = Number(env["SLIPWAY_CRASH_AFTER_EVENT"] ?? 0);
  return count > 0 ? crashAfter(journal, count) : journal;
};

/** A file with the passphrase of the secrets store, as systemd's LoadCredential= provides one. */
const passphraseOf = ({ env }: EngineHost): { passphrase?: string } => {
  const file = env["SLIPWAY_PASSPHRASE_FILE"];
  return file === undefined ? {} : { passphrase: readFileSync(file, "utf8").trimEnd() };
};

/** Ways to log in that a spec need not name: the agent and the keys of the engine's own user. */
const loginsOf = ({ env, home }: EngineHost): Pick<SshRemoteParts, "agentSocket" | "defaultKeys"> => ({
  agentSocket: env["SSH_AUTH_SOCK"],
  defaultKeys: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(home, ".ssh", name)),
});

const labFolders = ({ env, home }: EngineHost): { home: string; cache: string } => ({
  home: env["SLIPWAY_LAB_HOME"] ?? "/var/lib/slipway/lab",
  cache: env["SLIPWAY_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(home, ".cache"), "slipway"),
});

const idLetters = "0123456789abcdefghijklmnopqrstuvwxyz";

const newOperationId = (): OperationId =>
  `op-${Array.from({ length: 10 }, () => idLetters[randomInt(idLetters.length)]).join("")}`;

interface StartTimes {
  readonly at: number;
  readyAfterMs(): number;
  ready(): void;
}

const startTimes = (): StartTimes => {
  let readyAfter = 0;
  return {
    at: Math.round(performance.timeOrigin),
    readyAfterMs: () => readyAfter,
    // The clock of `performance` starts with the process.
    ready: () => (readyAfter = performance.now()),
  };
};

const infoOf = ({
  settings,
  host,
  operations,
  journal,
  started,
}: {
  readonly settings: EngineSettings;
  readonly host: EngineHost;
  readonly operations: OperationsService;
  readonly journal: OpenedJournal;
  readonly started: StartTimes;
}): EngineInfo => ({
  version: host.version,
  contract: CONTRACT_VERSION,
  pid: process.pid,
  startedAt: started.at,
  uptimeMs: performance.now(),
  readyAfterMs: started.readyAfterMs(),
  data: settings.data,
  socket: settings.socketPath,
  node: process.version,
  residentBytes: process.memoryUsage.rss(),
  busy: !operations.idle(),
  private: settings.exitWhenIdleSeconds !== undefined,
  notices: journal.recovery === undefined ? [] : [{ at: started.at, text: journal.recovery.message }],
});
