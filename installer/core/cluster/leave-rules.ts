import { SlipwayError } from "../contract.ts";
import type { OperationParameters } from "../../contract/parameters.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { WorkflowRequest } from "../phase.ts";
import { apiEndpoint, controlPlanesOf } from "./endpoint.ts";
import { changedSinceApplied } from "./fixed-settings.ts";

/** Machines that leave and can still be worked on. */
export const leavingAlive = ({ departing = [], dead = [] }: OperationParameters): readonly MachineSpec[] =>
  departing.filter(({ name }) => !dead.includes(name));

/** Members of the applied spec that the new one does not name. */
const departuresOf = ({ cluster, applied }: WorkflowRequest): readonly MachineSpec[] =>
  (applied?.machines ?? []).filter(({ name }) => !cluster.machines.some((machine) => machine.name === name));

/** @throws LAST_CONTROL_PLANE, ETCD_QUORUM_GONE, ENDPOINT_LEAVES when the machines cannot leave one by one. */
const assertSurvivors = (request: WorkflowRequest, dead: readonly string[]): void => {
  const { cluster, applied } = request;
  if (applied === undefined) return;
  const former = controlPlanesOf(applied);
  const staying = controlPlanesOf(cluster).filter(({ name }) =>
    former.some((machine) => machine.name === name),
  );
  if (staying.length === 0) throw SlipwayError.of("LAST_CONTROL_PLANE", { cluster: cluster.name });
  const lost = former.filter(({ name }) => dead.includes(name)).length;
  if (former.length - lost < Math.floor(former.length / 2) + 1) {
    const params = { cluster: cluster.name, alive: former.length - lost, members: former.length };
    throw SlipwayError.of("ETCD_QUORUM_GONE", params);
  }
  const [before, after] = [apiEndpoint(applied), apiEndpoint(cluster)];
  if (before.kind === "machine" && !cluster.machines.some(({ address }) => address === before.host)) {
    throw SlipwayError.of("ENDPOINT_LEAVES", { cluster: cluster.name, address: after.host });
  }
};

/**
 * What leaves a cluster when the spec that was applied is followed by this one. An address that another name has taken
 * over counts as leaving: it is the name that is a member.
 * @throws USAGE when a machine is called dead that does not leave; LAST_CONTROL_PLANE, ETCD_QUORUM_GONE and
 * ENDPOINT_LEAVES when nobody could go on without those that leave; CLUSTER_CHANGE_REFUSED when the spec changes what a
 * living cluster cannot.
 */
export const departures = (request: WorkflowRequest): OperationParameters => {
  const departing = departuresOf(request);
  const { dead = [], drain, ...others } = request.parameters;
  const [unused] = Object.entries(others).flatMap(([name, value]) =>
    value === undefined || name === "departing" ? [] : [name],
  );
  if (unused !== undefined) throw SlipwayError.of("USAGE", { problem: `this workflow takes no ${unused}` });
  const astray = dead.filter((name) => !departing.some((machine) => machine.name === name));
  if (astray.length > 0) {
    throw SlipwayError.of("USAGE", {
      problem: `dead machines do not leave the cluster: ${astray.join(", ")}`,
    });
  }
  const [fixed] = changedSinceApplied(request.cluster, request.applied);
  if (fixed !== undefined) {
    throw SlipwayError.of("CLUSTER_CHANGE_REFUSED", { ...fixed, cluster: request.cluster.name });
  }
  if (departing.length === 0) return {};
  assertSurvivors(request, dead);
  return {
    departing: [...departing],
    ...(dead.length === 0 ? {} : { dead: [...dead] }),
    ...(drain === undefined ? {} : { drain }),
  };
};

/**
 * What a reset is about: machines that are lost for good are left out.
 * @throws USAGE when the spec does not name one of them.
 */
export const resetParameters = ({ cluster, parameters }: WorkflowRequest): OperationParameters => {
  const { dead = [] } = parameters;
  const unknown = dead.filter((name) => !cluster.machines.some((machine) => machine.name === name));
  if (unknown.length > 0) {
    throw SlipwayError.of("MACHINES_UNKNOWN", { cluster: cluster.name, machines: unknown.join(", ") });
  }
  return dead.length === 0 ? {} : { dead: [...dead] };
};
