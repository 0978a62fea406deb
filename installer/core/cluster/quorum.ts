import type { MachineHealth } from "../../contract/cluster-status.ts";
import { SlipwayError } from "../contract.ts";
import type { NodeMarks } from "./marks.ts";

/** How a control plane was found right before another one is taken down. */
export interface ControlPlaneView {
  readonly name: string;
  /** undefined: it could not be asked. */
  readonly health: MachineHealth | undefined;
  /** undefined: the API knows no such node. */
  readonly marks: NodeMarks | undefined;
}

/** What is about to happen to a control plane. `maintain`: it may be switched off at any time from then on. */
export type TakenDown = "maintain" | "reboot" | "shutdown";

/** Half of the voting members and one more. */
export const quorumOf = (members: number): number => Math.floor(members / 2) + 1;

/** Members that vote, by whichever control plane knows most of them: one that is cut off may know an old list. */
export const votersIn = (views: readonly Pick<ControlPlaneView, "health">[]): number =>
  Math.max(
    0,
    ...views.map(
      ({ health }) => health?.controlPlane?.etcd?.members.filter(({ learner }) => !learner).length ?? 0,
    ),
  );

const obstacle = ({ name, health, marks }: ControlPlaneView, target: string): SlipwayError | undefined => {
  const params = { machine: target, other: name };
  if (marks?.outage !== undefined) {
    return SlipwayError.of("QUORUM_OTHER_DOWN", { ...params, operation: marks.outage.operation });
  }
  if (marks?.maintenance !== undefined) {
    const { by, why } = marks.maintenance;
    return SlipwayError.of("QUORUM_OTHER_IN_MAINTENANCE", { ...params, by, why });
  }
  if (health === undefined) return SlipwayError.of("QUORUM_OTHER_UNREACHABLE", params);
  const { controlPlane } = health;
  if (controlPlane?.etcd?.healthy !== true || controlPlane.etcd.learner) {
    const reason = controlPlane?.etcd?.reason || "etcd";
    return SlipwayError.of("QUORUM_OTHER_ETCD", { ...params, reason });
  }
  return controlPlane.ready ? undefined : SlipwayError.of("QUORUM_OTHER_API", params);
};

/**
 * Whether a control plane may be taken down: only when every other one is well and none of them is down by our hand. With
 * one or two control planes a restart costs the quorum for as long as it takes, whatever one does; it is allowed, and
 * the result says so. There is no way around this rule.
 * @throws QUORUM_* that names the control plane which stands against it.
 */
export const assertQuorum = (
  target: string,
  what: TakenDown,
  views: readonly ControlPlaneView[],
): { readonly quorumLost: boolean } => {
  const others = views.filter(({ name }) => name !== target);
  for (const other of others) {
    const error = obstacle(other, target);
    if (error !== undefined) throw error;
  }
  const voters = votersIn(views);
  const left = others.length;
  const quorumLost = left < quorumOf(Math.max(voters, views.length));
  const unavoidable = what !== "shutdown" && Math.max(voters, views.length) <= 2;
  if (quorumLost && !unavoidable && what !== "maintain") {
    throw SlipwayError.of("QUORUM_TOO_SMALL", {
      machine: target,
      members: Math.max(voters, views.length),
      left,
      needed: quorumOf(Math.max(voters, views.length)),
    });
  }
  return { quorumLost };
};
