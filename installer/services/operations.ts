import {
  APPLIANCE,
  SlipwayError,
  type Decision,
  type LiveEvent,
  type OperationId,
  type Plan,
} from "../core/contract.ts";
import type { OperationParameters } from "../contract/parameters.ts";
import { dryRun } from "../core/dry-run.ts";
import { buildGraph, type Graph } from "../core/graph.ts";
import type { Workflow } from "../core/phase.ts";
import { assemblePlan, confirmationText } from "../core/plan.ts";
import type { Journal, Log, Ports } from "../core/ports/index.ts";
import type { OperationRecord } from "../core/ports/journal.ts";
import { Runner, type RunEnd } from "../core/runner/runner.ts";
import type { RetryPolicy } from "../core/runner/retry.ts";
import type { ClustersService } from "./clusters.ts";
import { assertGroundFree, openStates, rivals } from "./ground.ts";
import { operationFeed } from "./operation-feed.ts";
import type { OperationsService, StartRequest } from "./operations-api.ts";

/** What operations work with; main.ts decides what stands behind the ports. */
export interface OperationsOptions {
  readonly workflows: readonly Workflow[];
  readonly ports: Ports;
  readonly journal: Journal;
  readonly clusters: Pick<ClustersService, "applied">;
  readonly log: Log;
  readonly newId: () => OperationId;
  readonly policy?: RetryPolicy;
  /** Steps under way at once in each operation. */
  readonly width?: number;
}

interface Active {
  readonly runner: Runner;
  /** Settles when the run has come to rest, whatever the end. */
  readonly done: Promise<RunEnd | "faulted">;
}

/** Builds the use cases around operations: one runner for each that is under way, the journal for all others. */
export const createOperations = (options: OperationsOptions): OperationsService => {
  const { journal, ports, log } = options;
  const active = new Map<OperationId, Active>();
  const listeners = new Set<(event: LiveEvent) => void>();
  /** Starts are taken one at a time, so that two of them cannot both find the ground free. */
  let gate: Promise<unknown> = Promise.resolve();

  const workflow = (id: string): Workflow => {
    const found = options.workflows.find((candidate) => candidate.id === id);
    if (found === undefined) throw SlipwayError.of("WORKFLOW_UNKNOWN", { workflow: id });
    return found;
  };

  const record = async (id: OperationId): Promise<OperationRecord> => {
    const found = await journal.operation(id);
    if (found === undefined) throw SlipwayError.of("OPERATION_NOT_FOUND", { operation: id });
    return found;
  };

  const drive = async (
    operation: OperationRecord,
    { onlyMachine, paused }: { onlyMachine?: string; paused: boolean },
  ): Promise<void> => {
    const runner = new Runner({
      operation,
      workflow: workflow(operation.workflow),
      ports,
      journal,
      log: log.child({ operation: operation.id }),
      onLive: (event) => listeners.forEach((listener) => listener(event)),
      history: await journal.steps(operation.id),
      paused,
      ...(onlyMachine === undefined ? {} : { onlyMachine }),
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      ...(options.width === undefined ? {} : { width: options.width }),
    });
    const done = runner
      .run()
      .catch((error: unknown) => {
        log.error(
          { operation: operation.id, problem: String(error) },
          "the run stopped; the operation can be resumed",
        );
        return "faulted" as const;
      })
      .finally(() => active.delete(operation.id));
    active.set(operation.id, { runner, done });
  };

  const confirmedSteps = (graph: Graph, typed: string | undefined): readonly string[] => {
    const expected = confirmationText(graph);
    if (expected === undefined || typed !== expected) return [];
    return [...graph.steps.values()].filter(({ phase }) => phase.effect === "destroys").map(({ key }) => key);
  };

  /** What the request asks for, completed by its workflow. */
  const parametersOf = async ({
    workflow: id,
    cluster,
    parameters = {},
  }: Pick<StartRequest, "workflow" | "cluster" | "parameters">): Promise<OperationParameters> => {
    const { parameters: complete } = workflow(id);
    if (complete !== undefined) {
      return complete({ cluster, parameters, applied: await options.clusters.applied(cluster.name) });
    }
    const [given] = Object.keys(parameters);
    if (given === undefined) return {};
    throw SlipwayError.of("USAGE", { problem: `${id} takes no ${given}` });
  };

  const begin = async (request: StartRequest): Promise<OperationRecord> => {
    const parameters = await parametersOf(request);
    const graph = buildGraph(workflow(request.workflow), request.cluster, parameters);
    for (const rival of await rivals(journal, { ...request, parameters })) {
      await service.cancel(rival, { by: request.by, why: `replaced by ${request.workflow}` });
      await active.get(rival)?.done;
    }
    const operation = await journal.create({
      id: options.newId(),
      workflow: request.workflow,
      cluster: request.cluster,
      parameters,
      by: request.by,
      confirmed: confirmedSteps(graph, request.confirmation),
      steps: graph.steps.size,
    });
    await drive(operation, { paused: false });
    return operation;
  };

  /** Ends an operation that no runner is driving. */
  const endAtRest = async (id: OperationId): Promise<void> => {
    await journal.append(
      id,
      { type: "operation.ended", outcome: "cancelled", durationMs: 0, criticalPath: [], blocked: [] },
      "sync",
    );
  };

  const running = (id: OperationId): Active | undefined => {
    const found = active.get(id);
    return found === undefined || found.runner.ending ? undefined : found;
  };

  const refuse = (operation: OperationRecord, action: string): never => {
    throw SlipwayError.of("OPERATION_STATE", { operation: operation.id, status: operation.status, action });
  };

  const service: OperationsService = {
    async plan(request, signal): Promise<Plan> {
      const graph = buildGraph(workflow(request.workflow), request.cluster, await parametersOf(request));
      return assemblePlan(graph, await dryRun({ graph, ports, signal, width: options.width ?? 256 }));
    },

    start(request) {
      const begun = gate.then(() => begin(request));
      gate = begun.catch(() => undefined);
      return begun;
    },

    async recover(mode) {
      const found = await journal.operations({ status: openStates });
      for (const operation of found.filter(({ id }) => !active.has(id))) {
        if (operation.status === "cancelling") {
          await endAtRest(operation.id);
          continue;
        }
        const decision = {
          by: APPLIANCE,
          why: mode === "resume" ? "engine started" : "engine started; waits, by setting",
        };
        if (mode === "wait" && operation.status === "running") {
          await journal.append(operation.id, { type: "operation.paused", decision });
        } else if (operation.status === "running") {
          await journal.append(operation.id, { type: "operation.resumed", decision });
        }
        await drive(operation, { paused: mode === "wait" || operation.status === "paused" });
      }
      return found;
    },

    get: record,
    list: (filter) => journal.operations(filter),
    async steps(id) {
      await record(id);
      return journal.steps(id);
    },

    async pause(id, decision) {
      const operation = await record(id);
      const live = running(id);
      if (live === undefined || operation.status !== "running") return refuse(operation, "pause");
      await live.runner.pause(decision);
    },

    async resume(id, decision, machine) {
      const operation = await record(id);
      if (machine !== undefined && !operation.cluster.machines.some(({ name }) => name === machine)) {
        throw SlipwayError.of("USAGE", { problem: `operation ${id} has no machine ${machine}` });
      }
      const live = running(id);
      if (live !== undefined) return live.runner.resume(decision, machine);
      await active.get(id)?.done;
      if (operation.status === "succeeded") return refuse(operation, "resume");
      const restarted = gate.then(async () => {
        await assertGroundFree(journal, operation);
        await journal.append(id, {
          type: "operation.resumed",
          decision,
          ...(machine === undefined ? {} : { machine }),
        });
        await drive(operation, { paused: false, ...(machine === undefined ? {} : { onlyMachine: machine }) });
      });
      gate = restarted.catch(() => undefined);
      await restarted;
    },

    async cancel(id, decision) {
      const operation = await record(id);
      const live = running(id);
      if (live !== undefined) return live.runner.cancel(decision);
      await active.get(id)?.done;
      const status = (await record(id)).status;
      if (status === "succeeded" || status === "cancelled") return refuse(operation, "cancel");
      await journal.append(id, { type: "operation.cancelling", decision });
      await endAtRest(id);
    },

    async skip(id, target, decision) {
      const operation = await record(id);
      const live = running(id);
      if (live === undefined) return skipAtRest(operation, target, decision);
      await live.runner.skip(target, decision);
    },

    async *feed({ operation: id, after }, signal) {
      await record(id);
      yield* operationFeed({ journal, listeners }, { operation: id, after: after ?? 0 }, signal);
    },

    idle: () => [...active.values()].every(({ runner }) => runner.resting),

    async shutdown() {
      for (const { runner } of active.values()) runner.stop();
      await Promise.all([...active.values()].map(({ done }) => done));
    },
  };

  /** Records a skip for an operation that has ended, so that its next run leaves the target out. */
  const skipAtRest = async (
    operation: OperationRecord,
    target: { machine: string; phase?: string },
    decision: Decision,
  ): Promise<void> => {
    if (operation.status !== "failed" && operation.status !== "cancelled") return refuse(operation, "skip");
    const graph = buildGraph(workflow(operation.workflow), operation.cluster, operation.parameters);
    for (const { ref } of graph.steps.values()) {
      if (ref.machine !== target.machine || (target.phase !== undefined && ref.phase !== target.phase))
        continue;
      await journal.append(operation.id, {
        type: "step.ended",
        step: ref,
        outcome: "skipped",
        durationMs: 0,
        decision,
      });
    }
  };

  return service;
};
