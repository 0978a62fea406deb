import * as z from "zod";
import { text, type Localized } from "../../contract/text.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import {
  etcdctlScript,
  judgeRemoval,
  parseHealthy,
  parseMembers,
  type Removal,
} from "../../core/cluster/leave-etcd.ts";
import { stepDownScript } from "../../core/cluster/leave-scripts.ts";
import { isCode, SlipwayError } from "../../core/contract.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { kubectl } from "../cluster/api.ts";
import { theMachine } from "../targets.ts";
import { leaveDrain } from "./drain.ts";
import { survivor } from "./survivor.ts";
import { departingNames } from "./targets.ts";

/** What members say of each other changes while one leaves: they do so one after the other. */
const ONE_AT_A_TIME = { key: "leave.strike", max: 1 } as const;

/** How long members that were restarted may take to be well again. */
const SETTLE_LOOKS = 30;
const LOOK_MS = 2_000;

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "ports" | "signal" | "parameters" | "waiting"
>;

const isControlPlane = (context: Step): boolean => theMachine(context).roles.includes("control-plane");

const isDead = ({ parameters, target }: Step): boolean => parameters.dead?.includes(target) === true;

/**
 * Asks again for a while what failed: a moment after a member is lost, which may have been the leader, neither etcd nor the
 * API answers anybody.
 */
const patiently = async <T>(context: Step, ask: () => Promise<T>): Promise<T> => {
  for (let looks = 1; ; looks++) {
    try {
      return await ask();
    } catch (error) {
      if (looks >= SETTLE_LOOKS || !isCode(error, "COMMAND_FAILED")) throw error;
      if (looks === 1) context.waiting(text("etcd to have a leader again", "等待 etcd 重新选出主节点"));
      await context.ports.clock.sleep(LOOK_MS, context.signal);
    }
  }
};

/** What removing the machine's member of etcd would mean, by the members' own word. */
const removal = async (context: Step, on: MachineSpec): Promise<Removal> => {
  const { ports, signal } = context;
  const members = await patiently(context, () =>
    ports.remote.script(on, etcdctlScript, { args: ["member", "list"], signal }),
  );
  const health = await ports.remote.script(on, etcdctlScript, {
    args: ["endpoint", "health", "--cluster", "--write-out", "json"],
    signal,
    expect: [0, 1],
  });
  return judgeRemoval(parseMembers(members.stdout), parseHealthy(health.stdout), theMachine(context));
};

const hasNode = async (context: Step, on: MachineSpec): Promise<boolean> => {
  const { stdout } = await patiently(context, () =>
    kubectl(context, on, {
      args: ["get", "node", context.target, "--ignore-not-found", "--output", "name"],
    }),
  );
  return stdout.trim() !== "";
};

/** @throws ETCD_REMOVAL_REFUSED when those that stay are not well after a while. */
const settled = async (context: Step, on: MachineSpec): Promise<Removal> => {
  for (let looks = 0; ; looks++) {
    const verdict = await removal(context, on);
    if (verdict.state !== "refused") return verdict;
    if (looks === 0)
      context.waiting(text("the other members of etcd to be well", "等待 etcd 的其他成员恢复正常"));
    if (looks >= SETTLE_LOOKS) {
      const { healthy, needed, left } = verdict;
      const params = { machine: context.target, healthy, needed, left };
      throw SlipwayError.of("ETCD_REMOVAL_REFUSED", params, { machine: context.target });
    }
    await context.ports.clock.sleep(LOOK_MS, context.signal);
  }
};

/** How many failures etcd then survives, with a word about even numbers. */
const outlook = (left: number): Localized => {
  const spare = Math.ceil(left / 2) - 1;
  const even =
    left % 2 === 0
      ? text(" (an even number: one more or one less would be as safe)", "（偶数：增减一台安全性不变）")
      : text("", "");
  return text(
    `${left} members of etcd are left, of which ${spare} may fail${even.en}`,
    `etcd 还剩 ${left} 个成员，允许 ${spare} 个失效${even["zh-CN"]}`,
  );
};

/**
 * Strikes a machine off: its member of etcd, then its node. Done through a control plane that stays, so that it works for
 * a dead machine as well. A member is removed only when a majority of the others is well.
 */
export const leaveStrike = definePhase({
  id: "leave.strike",
  title: text("Strike the machine off the cluster", "从集群中注销该机器"),
  needs: { drained: leaveDrain },
  output: z.object({
    members: z.number().nullable().describe("Members of etcd that are left, where it had one"),
  }),
  effect: "destroys",
  timeoutMs: 10 * 60_000,
  limit: ONE_AT_A_TIME,
  on: (_, parameters) => departingNames(parameters),
  async probe(context) {
    const on = await survivor(context);
    const verdict: Removal = isControlPlane(context) ? await removal(context, on) : { state: "absent" };
    const node = await hasNode(context, on);
    if (verdict.state === "absent" && !node) return { state: "satisfied", output: { members: null } };
    const { target } = context;
    const loss =
      verdict.state === "absent"
        ? text(`the node ${target}`, `节点 ${target}`)
        : text(
            `the node ${target} and its member of etcd; ${outlook(verdict.left).en}`,
            `节点 ${target} 及其 etcd 成员；${outlook(verdict.left)["zh-CN"]}`,
          );
    return { state: "needed", why: text("the cluster still counts on it", "集群中仍登记有该机器"), loss };
  },
  async apply(context) {
    const { ports, signal, say } = context;
    const on = await survivor(context);
    let members: number | null = null;
    const verdict: Removal = isControlPlane(context) ? await settled(context, on) : { state: "absent" };
    if (verdict.state === "allowed") {
      if (!isDead(context)) await ports.remote.script(theMachine(context), stepDownScript, { signal });
      await ports.remote.script(on, etcdctlScript, { args: ["member", "remove", verdict.id], signal });
      members = verdict.left;
      say(outlook(verdict.left));
    }
    await patiently(context, () =>
      kubectl(context, on, {
        args: ["delete", "node", context.target, "--ignore-not-found", "--timeout=60s"],
      }),
    );
    return { members };
  },
});
