import { text, type Localized } from "../../contract/text.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { cleanScript, forgetScript, lookForOurs } from "../../core/cluster/leave-scripts.ts";
import { SlipwayError } from "../../core/contract.ts";
import { jsonOf } from "../../core/inventory/numbers.ts";
import type { StepContext } from "../../core/phase.ts";
import { HostRecord } from "../../core/runtime/host-settings.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { assertOurs, markPath, readMark, stateFolder } from "../machine/mark.ts";
import { theMachine } from "../targets.ts";

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "ports" | "signal" | "say"
>;

const folders = [markPath.replace(/\/[^/]+$/, ""), stateFolder] as const;

/** What a machine gives when it is clean again. */
export interface Cleaned {
  /** System packages that stay because others need them by now. */
  readonly kept: string[];
}

/** What is lost with a machine's part in a cluster. */
export const cleaningLoss: Localized = text(
  "everything the cluster keeps on it: pods, their local volumes and logs, images, etcd's data, certificates",
  "集群在该机器上保存的全部内容：Pod 及其本地卷和日志、镜像、etcd 数据、证书",
);

/**
 * Folders of Slipway on the machine; none on one that is clean.
 * Rejects with MACHINE_BELONGS_TO_ANOTHER when its mark names another cluster or machine.
 */
export const foldersLeft = async (context: Step): Promise<readonly string[]> => {
  const machine = theMachine(context);
  assertOurs(await readMark(context), { machine, cluster: context.cluster });
  const { stdout } = await context.ports.remote.script(machine, lookForOurs, {
    args: folders,
    signal: context.signal,
  });
  return stdout.split("\n").filter((line) => line !== "");
};

const loadedModules = async ({ ports, signal, ...context }: Step): Promise<readonly string[]> => {
  const content = await ports.remote.readFile(theMachine(context), machinePaths.hostRecord, signal);
  return HostRecord.safeParse(jsonOf(content)).data?.modules ?? [];
};

const named = (output: string, word: string): string[] =>
  output.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));

/**
 * Makes the machine what it was before Slipway came, its own folders and the mark last. May be repeated.
 * Rejects with LEAVE_INCOMPLETE, and keeps record and mark, while something cannot be removed.
 */
export const cleanMachine = async (context: Step): Promise<Cleaned> => {
  const machine = theMachine(context);
  const { cluster, ports, signal, say } = context;
  if ((await foldersLeft(context)).length === 0) return { kept: [] };
  const { kind, host } = apiEndpoint(cluster);
  const { stdout } = await ports.remote.script(machine, cleanScript, {
    args: [cluster.network.pods, kind === "virtual-ip" ? host : "", ...(await loadedModules(context))],
    signal,
  });
  const left = named(stdout, "left");
  if (left.length > 0) {
    throw SlipwayError.of(
      "LEAVE_INCOMPLETE",
      { machine: machine.name, what: left.slice(0, 3).join(", ") },
      { machine: machine.name, detail: left.join("\n") },
    );
  }
  const kept = named(stdout, "kept").map((entry) => entry.replace(/^package /, ""));
  if (kept.length > 0) {
    const names = kept.join(", ");
    say(
      text(`packages stay because others need them: ${names}`, `以下软件包因被其他软件依赖而保留：${names}`),
    );
  }
  await ports.remote.script(machine, forgetScript, { args: [...folders, markPath], signal });
  return { kept };
};
