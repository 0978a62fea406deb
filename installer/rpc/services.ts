import type { ConsoleStatus } from "../contract/api/console.ts";
import type { EngineInfo } from "../contract/api/engine.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { CheckInfo } from "../contract/preflight.ts";
import type { Workflow } from "../core/phase.ts";
import type { Lab } from "../core/ports/lab.ts";
import type { HostKeys, Log, Redactor, Secrets, SiteCa } from "../core/ports/index.ts";
import type { SiteRegistry } from "../core/ports/site-registry.ts";
import type { ClusterCare } from "../services/cluster-care.ts";
import type { AccountsService, Person } from "../services/accounts/types.ts";
import type { AuditService } from "../services/audit.ts";
import type { ClustersService } from "../services/clusters.ts";
import type { KubeService } from "../services/kube.ts";
import type { MachinesService } from "../services/machines.ts";
import type { MetalApi } from "../services/metal/api.ts";
import type { OperationsService } from "../services/operations-api.ts";
import type { SiteBundles } from "../services/site-bundles.ts";
import type { TerminalsService } from "../services/terminals/types.ts";
import type { UploadsService } from "../services/uploads.ts";
import type { Client } from "./client-of.ts";

/** Everything the contract is answered from. main.ts wires it; tests fill it with fakes. */
export interface EngineServices {
  readonly engine: EngineControl;
  readonly operations: OperationsService;
  readonly clusters: ClustersService;
  readonly clusterCare: ClusterCare;
  readonly kube: KubeService;
  readonly machines: MachinesService;
  readonly workflows: readonly Workflow[];
  readonly hostKeys: HostKeys;
  readonly secrets: Secrets;
  readonly checks: readonly CheckInfo[];
  readonly lab: Pick<Lab, "up" | "list" | "status" | "fault" | "down" | "power" | "sshCommand">;
  readonly metal: MetalApi;
  readonly bundles: SiteBundles;
  readonly uploads: UploadsService;
  readonly registry: Pick<SiteRegistry, "status">;
  readonly siteCa: Pick<SiteCa, "certificate">;
  readonly accounts: Omit<AccountsService, "onSessionsEnded">;
  readonly audit: AuditService;
  readonly terminals: TerminalsService;
  readonly console: { status(): Promise<ConsoleStatus> };
  readonly redactor: Redactor;
  readonly log: Log;
}

/** The same for browsers, whose connections end with their sessions. */
export interface WebServices extends EngineServices {
  readonly accounts: AccountsService;
}

/** What the process tells about itself. */
export interface EngineControl {
  info(): EngineInfo;
  /** Begins an orderly end; returns at once. */
  shutdown(): void;
  /** Aborts when the engine begins to stop, so that feeds end instead of being cut off. */
  readonly closing: AbortSignal;
}

/** What is known about one call besides its input. */
export interface CallContext {
  /** Who asks, for the journal: an OS user, or an account of the console. */
  readonly by: string;
  readonly client: Client;
}

/** Who asks; the gate lets nobody through to a handler that needs this without it. */
export const personIn = ({ client }: CallContext): Person => {
  if (client.person === undefined) throw SlipwayError.of("SIGN_IN_NEEDED", { call: "" });
  return client.person;
};
