import type { OperationParameters } from "../../contract/parameters.ts";
import { SlipwayError } from "../contract.ts";
import type { WorkflowRequest } from "../phase.ts";
import { survivorsOf } from "./etcd-restore.ts";

const MEMBER = "member:";

/** The machine whose own member is to be restored from, written `member:NAME` in the place of a snapshot's name. */
export const memberIn = (snapshot: string | undefined): string | undefined =>
  snapshot?.startsWith(MEMBER) === true ? snapshot.slice(MEMBER.length) : undefined;

/**
 * What a restore is about. Pure.
 * @throws USAGE when nothing is named to restore from, or something that a restore cannot take; MACHINE_NOT_A_MEMBER.
 */
export const restoreParameters = ({ cluster, parameters }: WorkflowRequest): OperationParameters => {
  const { snapshot, dead = [], ...rest } = parameters;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) throw SlipwayError.of("USAGE", { problem: `restore takes no ${stranger}` });
  if (snapshot === undefined || !/^(member:)?[A-Za-z0-9-]+$/.test(snapshot)) {
    throw SlipwayError.of("USAGE", { problem: "restore: name a snapshot, or a member to restore from" });
  }
  for (const machine of dead) {
    if (cluster.machines.some(({ name }) => name === machine)) continue;
    throw SlipwayError.of("MACHINE_NOT_A_MEMBER", { cluster: cluster.name, machine });
  }
  const survivors = survivorsOf(cluster, dead);
  const member = memberIn(snapshot);
  if (survivors.length === 0 || (member !== undefined && !survivors.some(({ name }) => name === member))) {
    throw SlipwayError.of("USAGE", {
      problem: `restore: ${member ?? cluster.name} has no control plane that is left`,
    });
  }
  return { snapshot, ...(dead.length === 0 ? {} : { dead: [...new Set(dead)] }) };
};
