import * as z from "zod";
import { text } from "../../contract/text.ts";
import { TOKEN_TTL } from "../../core/cluster/kubeadm.ts";
import { isMember } from "../../core/cluster/member-state.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { kubectl } from "../cluster/api.ts";
import { configuration } from "../cluster/configuration.ts";
import { membership } from "../cluster/membership.ts";
import { initControlPlane } from "./init.ts";
import { clusterSecrets } from "./secrets.ts";
import type { MemberState } from "../../core/cluster/member-state.ts";

/** Less than this left, and a join could come too late. */
const ENOUGH_MS = 20 * 60_000;

/** Token and key come in on standard input, one a line; `$1` is how long the token lives. */
const invite = `
set -eu
umask 077
read -r token
read -r key
config=/etc/kubernetes/admin.conf
/usr/local/bin/kubeadm token delete --kubeconfig "$config" "\${token%%.*}" >/dev/null 2>&1 || true
/usr/local/bin/kubeadm token create "$token" --kubeconfig "$config" --ttl "$1" \\
  --description "Slipway joins machines with it" \\
  --groups system:bootstrappers:kubeadm:default-node-token --usages authentication,signing >/dev/null
file=$(mktemp)
trap 'rm -f "$file"' EXIT
/usr/local/bin/kubectl --kubeconfig "$config" -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' > "$file"
printf -- '---\\napiVersion: kubeadm.k8s.io/v1beta4\\nkind: InitConfiguration\\ncertificateKey: "%s"\\n' "$key" >> "$file"
/usr/local/bin/kubeadm init phase upload-certs --upload-certs --config "$file" >/dev/null
`;

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

/** Whether the cluster's token lives long enough, by the API. */
const stillInvited = async (step: Step, on: MachineSpec, tokenId: string): Promise<boolean> => {
  const { code, stdout } = await kubectl(step, on, {
    args: [
      ...["--namespace", "kube-system", "get", "secret", `bootstrap-token-${tokenId}`],
      ...["--output", "jsonpath={.data.expiration}"],
    ],
    expect: [0, 1],
  });
  if (code !== 0 || stdout === "") return false;
  const certificates = await kubectl(step, on, {
    args: ["--namespace", "kube-system", "get", "secret", "kubeadm-certs", "--output", "name"],
    expect: [0, 1],
  });
  return certificates.code === 0 && Date.parse(atob(stdout)) - step.ports.clock.now() > ENOUGH_MS;
};

const joinersOf = (members: ReadonlyMap<string, MemberState>): string[] =>
  [...members].flatMap(([name, state]) => (isMember(state) ? [] : [name]));

/** Makes sure that machines which are not members yet can join: a token that lives, and the control planes' common keys. */
export const invitation = definePhase({
  id: "control-plane.invitation",
  title: text("Invite machines to join", "邀请机器加入"),
  needs: {
    cluster: everyMachine(initControlPlane),
    configuration,
    members: everyMachine(membership),
    secrets: clusterSecrets,
  },
  output: z.object({ joiners: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 120_000,
  on: () => [APPLIANCE],
  async probe(context) {
    const { from, cluster, ports } = context;
    const joiners = joinersOf(from.members);
    const [founder] = from.cluster.values();
    const satisfied = { state: "satisfied", output: { joiners } } as const;
    if (founder === undefined || joiners.length === 0) return satisfied;
    if (founder.invitedUntil - ports.clock.now() > ENOUGH_MS) return satisfied;
    const on = cluster.machines.find(({ name }) => name === founder.machine);
    const token = await ports.secrets.resolve(from.secrets.bootstrapToken);
    if (on !== undefined && (await stillInvited(context, on, token.slice(0, 6)))) return satisfied;
    return { state: "needed", why: text("the token has expired", "令牌已过期") };
  },
  async apply(context) {
    const { from, cluster, ports, signal } = context;
    const [founder] = from.cluster.values();
    const on = cluster.machines.find(({ name }) => name === founder?.machine);
    if (on === undefined) {
      throw SlipwayError.of("API_UNAVAILABLE", {
        cluster: cluster.name,
        machine: "?",
        problem: "no control plane",
      });
    }
    const token = await ports.secrets.resolve(from.secrets.bootstrapToken);
    const key = await ports.secrets.resolve(from.secrets.certificateKey);
    await ports.remote.script(on, invite, { args: [TOKEN_TTL], stdin: `${token}\n${key}\n`, signal });
    return { joiners: joinersOf(from.members) };
  },
});
