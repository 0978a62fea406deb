import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { apiServerFiles } from "../../core/cluster/api-server.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { initFile, joinFile, type MemberSettings } from "../../core/cluster/kubeadm.ts";
import { kubeadmFailure } from "../../core/cluster/kubeadm-failure.ts";
import { memberSettings } from "../../core/cluster/member-settings.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import { imageOf } from "../../core/runtime/images.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { hasOnlyCgroupV1 } from "../cluster/kubelet.ts";
import { writeFiles } from "../files.ts";
import { releaseFor } from "../release.ts";
import { theMachine } from "../targets.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

/** References to what a member's configuration holds. */
export interface MemberSecrets {
  readonly bootstrapToken: string;
  readonly certificateKey: string;
  readonly encryptionKey: string;
}

/** What a machine's kubeadm is told, with secrets resolved: never to be journalled. */
const settingsOf = async (
  context: Step,
  facts: MachineFacts,
  secrets: MemberSecrets,
): Promise<MemberSettings> => {
  const { cluster, ports } = context;
  const etcd = imageOf(await releaseFor(context, facts), "etcd").name;
  return {
    cluster,
    machine: theMachine(context),
    cgroupV1: hasOnlyCgroupV1(facts),
    bootstrapToken: await ports.secrets.resolve(secrets.bootstrapToken),
    certificateKey: await ports.secrets.resolve(secrets.certificateKey),
    etcdTag: etcd.slice(etcd.lastIndexOf(":") + 1),
  };
};

/** Writes what kubeadm and, on a control plane, the API server read, and what kubeadm makes of it. */
export const writeMemberFiles = async (
  context: Step,
  {
    facts,
    secrets,
    verb,
  }: { readonly facts: MachineFacts; readonly secrets: MemberSecrets; readonly verb: "init" | "join" },
): Promise<void> => {
  const settings = await settingsOf(context, facts, secrets);
  const encryptionKey = await context.ports.secrets.resolve(secrets.encryptionKey);
  await writeFiles(context, [
    {
      path: kubernetesPaths.kubeadmConfig,
      content: verb === "init" ? initFile(settings) : joinFile(settings),
      mode: 0o600,
    },
    ...memberSettings(settings),
    ...(settings.machine.roles.includes("control-plane")
      ? apiServerFiles(context.cluster, encryptionKey)
      : []),
  ]);
};

/** Runs one of the scripts around kubeadm. Rejects with KUBEADM_FAILED or KUBEADM_INTERRUPTED and everything that kubeadm printed. */
export const runKubeadm = async (
  { cluster, ports, signal }: Step,
  machine: MachineSpec,
  run: {
    readonly what: string;
    readonly script: string;
    readonly args: readonly string[];
    readonly stdin?: string;
  },
): Promise<void> => {
  const { code, stdout, stderr } = await ports.remote.script(machine, run.script, {
    args: [String(apiEndpoint(cluster).bindPort), ...run.args],
    signal,
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
    expect: [0, 1, 75, 141],
  });
  if (code === 0) return;
  const { problem, passing } = kubeadmFailure(stderr === "" ? stdout : stderr);
  throw SlipwayError.of(
    passing ? "KUBEADM_INTERRUPTED" : "KUBEADM_FAILED",
    { what: run.what, machine: machine.name, problem },
    { machine: machine.name, detail: `${stdout}\n${stderr}` },
  );
};
