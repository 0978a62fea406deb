import { oc } from "@orpc/contract";
import * as z from "zod";
import { MachineSpec } from "../spec/cluster.ts";

/**
 * Who may make a call, and whether it is put into the audit log:
 *
 * | word         | who                                                                          | audited |
 * | ------------ | ---------------------------------------------------------------------------- | ------- |
 * | `everyone`   | anybody, before they sign in                                                 | itself  |
 * | `signedIn`   | anybody who is signed in, whatever their roles                               | no      |
 * | `self`       | anybody who is signed in; changes something of their own                     | yes     |
 * | `view`       | viewers of the site; of the cluster, when the input names one                | no      |
 * | `viewEach`   | anybody who is signed in, but the answer is cut down to clusters they may see | no      |
 * | `operate`    | operators of the site; of the cluster, when the input names one it knows     | yes     |
 * | `enter`      | administrators of the site; of the cluster that the input names              | yes     |
 * | `inspect`    | administrators of the site; changes nothing                                  | no      |
 * | `administer` | administrators of the site                                                   | yes     |
 * | `local`      | the owner of the Unix socket only: reaches into files of the appliance       | yes     |
 */
export type Permission =
  | "everyone"
  | "signedIn"
  | "self"
  | "view"
  | "viewEach"
  | "operate"
  | "enter"
  | "inspect"
  | "administer"
  | "local";

/** What the server enforces about one call. */
export interface CallMeta {
  /** The call is aborted and answered with CALL_TIMEOUT after this long; feeds have no deadline. */
  readonly deadlineMs: number | "none";
  /** Set by the word that a call is declared with; a call without one is refused to everybody but the socket's owner. */
  readonly permission?: Permission;
  [key: string]: unknown;
}

/** Deadline of ordinary calls. */
export const CALL_DEADLINE_MS = 30_000;

const declared = (permission: Permission) => oc.$meta<CallMeta>({ deadlineMs: CALL_DEADLINE_MS, permission });

// Starting points of calls: there is none without a permission. Each is used as `view.route({...}).input(...).output(...)`.

/** A call for anybody, before they sign in. It sees to its own limits and audit entries. */
export const everyone = declared("everyone");
/** A call that anybody who is signed in may make, and that changes nothing. */
export const signedIn = declared("signedIn");
/** A call that changes something of one's own. */
export const self = declared("self");
/** A call that shows something of the site, or of the cluster in its input. */
export const view = declared("view");
/** A call whose answer is a thing with a field `cluster`, or a list of such: only those that the caller may see are given. */
export const viewEach = declared("viewEach");
/** A call that changes machines or a cluster. */
export const operate = declared("operate");
/** A call that opens a way into a cluster's machines or its API, past everything that the engine would ask. */
export const enter = declared("enter");
/** A call that shows administrators what others must not see. */
export const inspect = declared("inspect");
/** A call that changes whom or what the site trusts. */
export const administer = declared("administer");
/** A call that reads or writes files of the appliance: not for browsers, whoever sits before them. */
export const local = declared("local");

/** Input of a call that takes nothing. */
export const NoInput = z.strictObject({}).optional();

/** Answer of a call whose success is all there is to say. */
export const Done = z.object({ done: z.literal(true) });

/** Text of a file as the operator wrote it, so that problems can name its lines. */
export const SpecSource = z
  .strictObject({
    file: z.string().max(4096).describe("Name to show in messages; the engine never opens it"),
    text: z.string().max(4 * 1024 * 1024),
  })
  .describe("A cluster spec as YAML or JSON text");
export type SpecSource = Readonly<z.output<typeof SpecSource>>;

/** A cluster the engine knows: its spec is the one that was applied last. */
export const ClusterReference = z.strictObject({ cluster: z.string().max(63) });
export type ClusterReference = Readonly<z.output<typeof ClusterReference>>;

/** A cluster the engine knows, with other machines than it has: the resulting spec is the engine's to make and to judge. */
export const EditedCluster = ClusterReference.extend({
  without: z.array(z.string().max(63)).optional().describe("Names of machines that leave"),
  with: z.array(MachineSpec).optional().describe("Machines that join"),
});
export type EditedCluster = Readonly<z.output<typeof EditedCluster>>;

/** Why the operator decides something, in their own words; recorded in the journal. */
export const Why = z.string().max(1000).default("");
