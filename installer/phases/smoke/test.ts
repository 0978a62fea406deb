import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { SMOKE_NAMESPACE, smokeManifests } from "../../core/cluster/manifests/smoke.ts";
import { APPLIANCE, SlipwayError } from "../../core/contract.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { imageOf } from "../../core/runtime/images.ts";
import { applyManifests, kubectl, kubectlJson } from "../cluster/api.ts";
import { askedMachine } from "../cluster/founder.ts";
import { leaveStrike } from "../leave/strike.ts";
import { ready } from "../cluster/ready.ts";
import { anyRelease } from "../cluster/release.ts";
import { servingCertificate } from "../cluster/serving-certificate.ts";
import { registryServe } from "../registry/serve.ts";
import { initControlPlane } from "../control-plane/init.ts";
import { controlPlaneFollows } from "../control-plane/settings.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal" | "say">;

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP?: string };
}

/** Pods that are asked at once: kubectl on one machine runs for each of them. */
const AT_ONCE = 4;

const inNamespace = ["--namespace", SMOKE_NAMESPACE] as const;

/** `$1` is the DNS domain of the cluster, the rest the addresses of all pods. Run inside a pod. */
const inside = `
domain=$1
shift
name=smoke.${SMOKE_NAMESPACE}.svc.$domain
get() { for i in $(seq 30); do curl --silent --fail --max-time 2 "$1" && return 0; sleep 0.3; done; return 1; }
[ -n "$(dig +short +time=2 +tries=3 "$name")" ] || { echo "no answer from DNS for $name"; exit 1; }
get "http://$name/" >/dev/null || { echo "service $name does not answer"; exit 1; }
for address in "$@"; do
  get "http://$address:8080/" >/dev/null || { echo "pod $address does not answer"; exit 1; }
done
echo fine
`;

const failed = (step: Step, problem: string, detail: string): SlipwayError =>
  SlipwayError.of("SMOKE_TEST_FAILED", { cluster: step.cluster.name, problem }, { detail });

const removal = ["delete", "namespace", SMOKE_NAMESPACE, "--ignore-not-found"] as const;

/** Does not wait: pods take their time to end, and nobody has to see it. */
const remove = async (step: Step, on: MachineSpec): Promise<void> => {
  await kubectl(step, on, { args: [...removal, "--wait=false"] });
};

/** What the test before this one left may still be on its way out, and takes nothing new until it has gone. */
const removeLast = async (step: Step, on: MachineSpec): Promise<void> => {
  await kubectl(step, on, { args: [...removal, "--timeout=120s", "--request-timeout=0"] });
};

/** From inside one machine's pod: DNS, the service, and the pods of all machines; exec brings the answer, logs are read. */
const testPod = async (
  step: Step,
  on: MachineSpec,
  { pod, pods }: { readonly pod: Pod; readonly pods: readonly Pod[] },
): Promise<void> => {
  const addresses = pods.map(({ status }) => status.podIP ?? "?");
  const { name } = pod.metadata;
  const ran = await kubectl(step, on, {
    args: [
      ...["exec", name, ...inNamespace, "--", "/bin/sh", "-c", inside, "inside"],
      ...[step.cluster.network.domain, ...addresses],
    ],
    expect: [0, 1],
  });
  if (ran.code !== 0 || ran.stdout.trim() !== "fine") {
    const problem = `${pod.spec.nodeName}: ${ran.stdout.trim() || ran.stderr.trim()}`;
    throw failed(step, problem, `${ran.stdout}\n${ran.stderr}`);
  }
  const logs = await kubectl(step, on, { args: ["logs", name, ...inNamespace], expect: [0, 1] });
  if (!logs.stdout.includes(`answering on ${pod.spec.nodeName}`)) {
    throw failed(step, `${pod.spec.nodeName}: its logs cannot be read`, `${logs.stdout}\n${logs.stderr}`);
  }
};

const run = async (step: Step, on: MachineSpec, image: string): Promise<string[]> => {
  await removeLast(step, on);
  await applyManifests(step, on, { name: "the smoke test", manifests: smokeManifests(image) });
  const rolled = await kubectl(step, on, {
    args: [
      ...["rollout", "status", "daemonset/smoke", ...inNamespace],
      ...["--timeout=180s", "--request-timeout=0"],
    ],
    expect: [0, 1],
  });
  const { items: pods } = await kubectlJson<{ items: Pod[] }>(step, on, ["get", "pods", ...inNamespace]);
  if (rolled.code !== 0) {
    const picture = await kubectl(step, on, { args: ["describe", "pods", ...inNamespace], expect: [0, 1] });
    throw failed(step, "its pods do not start", `${rolled.stdout}\n${rolled.stderr}\n${picture.stdout}`);
  }
  const missing = step.cluster.machines.filter(
    ({ name }) => !pods.some(({ spec }) => spec.nodeName === name),
  );
  if (missing.length > 0) {
    throw failed(step, `no pod on ${missing.map(({ name }) => name).join(", ")}`, rolled.stdout);
  }
  for (let first = 0; first < pods.length; first += AT_ONCE) {
    await Promise.all(pods.slice(first, first + AT_ONCE).map((pod) => testPod(step, on, { pod, pods })));
  }
  return pods.map(({ spec }) => spec.nodeName).toSorted();
};

/** Uses the cluster as a workload would: a pod on every machine, names, a service, every pod from every other, exec, logs. */
export const smokeTest = definePhase({
  id: "smoke.test",
  title: text("Smoke test", "冒烟测试"),
  needs: {
    api: everyMachine(initControlPlane),
    ready,
    certificates: servingCertificate,
    settings: everyMachine(controlPlaneFollows),
    registries: everyMachine(registryServe),
    // Pods of machines that leave would be asked while they go.
    struck: everyMachine(leaveStrike),
  },
  output: z.object({ machines: z.array(z.string()).describe("Machines whose pods reached all others") }),
  effect: "changes",
  timeoutMs: 10 * 60_000,
  on: () => [APPLIANCE],
  async probe() {
    return {
      state: "needed",
      why: text("every run tests what the cluster can do now", "每次运行都会重新测试集群当前的能力"),
    };
  },
  async apply(context) {
    const on = askedMachine(context.cluster, context.from.api);
    const image = imageOf(await anyRelease(context), "debug").name;
    try {
      const machines = await run(context, on, image);
      context.say(
        text(
          `DNS, service, pod network, exec and logs work on ${machines.join(", ")}`,
          `${machines.join("、")} 上的 DNS、服务、Pod 网络、exec 与日志均正常`,
        ),
      );
      return { machines };
    } finally {
      if (!context.signal.aborted) await remove(context, on);
    }
  },
});
