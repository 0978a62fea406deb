import { text } from "../../contract/text.ts";
import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint, controlPlanesOf } from "../../core/cluster/endpoint.ts";
import {
  isMember,
  MemberState,
  memberStateScript,
  parseMemberState,
} from "../../core/cluster/member-state.ts";
import { SlipwayError } from "../../core/contract.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { connect } from "../machine/connect.ts";
import { assertOurs, readMark } from "../machine/mark.ts";
import { machineNames, theMachine } from "../targets.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

/** What the machine holds of a cluster, now. Rejects with CLUSTER_STATE_FOREIGN. */
export const readMemberState = async (context: Step): Promise<MemberState> => {
  const machine = theMachine(context);
  const { stdout } = await context.ports.remote.script(machine, memberStateScript, {
    args: [String(apiEndpoint(context.cluster).bindPort)],
    signal: context.signal,
  });
  const state = parseMemberState(stdout);
  if (state.stage === null && state.traces.length > 0) {
    throw SlipwayError.of(
      "CLUSTER_STATE_FOREIGN",
      { machine: machine.name, traces: state.traces.join(", ") },
      { machine: machine.name },
    );
  }
  return state;
};

/** Finds out which machines are members already. One that serves another cluster is refused, before anything is written. */
export const membership = definePhase({
  id: "cluster.membership",
  title: text("Find out who is a member", "查明哪些机器已是成员"),
  needs: { connect },
  output: MemberState,
  effect: "reads",
  timeoutMs: 30_000,
  on: machineNames,
  async probe(context) {
    assertOurs(await readMark(context), { machine: theMachine(context), cluster: context.cluster });
    return { state: "satisfied", output: await readMemberState(context) };
  },
});

/** A control plane that can be asked: one whose API server is ready, else one that is a member at all. */
export const knownControlPlane = (
  cluster: ClusterSpec,
  states: ReadonlyMap<string, MemberState>,
): MachineSpec | undefined => {
  const members = controlPlanesOf(cluster).filter(({ name }) => {
    const state = states.get(name);
    return state !== undefined && isMember(state);
  });
  return members.find(({ name }) => states.get(name)?.ready) ?? members[0];
};

/** @throws CLUSTERS_DIFFER when two machines have gone through kubeadm for different clusters. */
export const assertOneCluster = (states: ReadonlyMap<string, MemberState>): void => {
  const members = [...states].filter(([, state]) => isMember(state) && state.ca !== null);
  const [first] = members;
  const other = members.find(([, { ca }]) => ca !== first?.[1].ca);
  if (first === undefined || other === undefined) return;
  throw SlipwayError.of("CLUSTERS_DIFFER", { machine: first[0], other: other[0] });
};
