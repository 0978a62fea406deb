import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { apiEndpoint, hostPort, nodeAddress, taintsOf } from "../../core/cluster/endpoint.ts";
import { discoveryFile } from "../../core/cluster/kubeadm.ts";
import { joinScript } from "../../core/cluster/kubeadm-scripts.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import type { StepContext, Verdict } from "../../core/phase.ts";
import { readMemberState } from "../cluster/membership.ts";
import { writeFiles } from "../files.ts";
import { theMachine } from "../targets.ts";
import { runKubeadm, writeMemberFiles, type MemberSecrets } from "./kubeadm.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

/** What a join gives: nothing but the fact. */
export interface Joined {
  readonly member: true;
}

/** `$1` is the endpoint, `$2` the node. Prints the HTTP status of asking for the node as the node itself. */
const askForNode = `
pem=/var/lib/kubelet/pki/kubelet-client-current.pem
curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' --cacert ${kubernetesPaths.ca} \\
  --cert "$pem" --key "$pem" "https://$1/api/v1/nodes/$2" || true
`;

/** Whether the machine is a member that runs: through kubeadm, with kubelet active, and known to the API. */
export const probeMember = async (context: Step): Promise<Verdict<Joined>> => {
  const state = await readMemberState(context);
  if (!isMember(state)) {
    return {
      state: "needed",
      why:
        state.stage === null
          ? text("it is not a member yet", "尚未加入集群")
          : text("its join was not completed", "加入过程尚未完成"),
    };
  }
  if (state.kubelet !== "active") {
    return { state: "needed", why: text("kubelet does not run", "kubelet 未运行") };
  }
  const { stdout } = await context.ports.remote.script(theMachine(context), askForNode, {
    args: [hostPort(apiEndpoint(context.cluster)), context.target],
    signal: context.signal,
  });
  // Anything but a plain "not found" says nothing about membership: the API may be away, which others report.
  return stdout.trim() === "404"
    ? { state: "needed", why: text("the API does not know the node", "API 中没有该节点") }
    : { state: "satisfied", output: { member: true } };
};

/** Joins the machine, or continues a join that was cut short. */
export const joinMember = async (
  context: Step,
  {
    facts,
    secrets,
    ca,
  }: { readonly facts: MachineFacts; readonly secrets: MemberSecrets; readonly ca: string },
): Promise<Joined> => {
  const machine = theMachine(context);
  await writeMemberFiles(context, { facts, secrets, verb: "join" });
  await writeFiles(context, [
    {
      path: kubernetesPaths.discovery,
      content: discoveryFile({
        server: `https://${hostPort(apiEndpoint(context.cluster))}`,
        ca,
        bootstrapToken: await context.ports.secrets.resolve(secrets.bootstrapToken),
      }),
      mode: 0o600,
    },
  ]);
  const role = machine.roles.includes("control-plane") ? "control-plane" : "worker";
  const { bindPort } = apiEndpoint(context.cluster);
  const taints = taintsOf(context.cluster, machine).map(
    ({ key, value, effect }) => `${key}=${value}:${effect}`,
  );
  await runKubeadm(context, machine, {
    what: "join",
    script: joinScript,
    args: [role, `https://${hostPort({ host: nodeAddress(machine), port: bindPort })}`, taints.join(",")],
  });
  return { member: true };
};
