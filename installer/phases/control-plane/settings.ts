import * as z from "zod";
import { text } from "../../contract/text.ts";
import { namesConfig, wrongNames, type WrongNames } from "../../core/cluster/api-server-names.ts";
import { apiServerFiles } from "../../core/cluster/api-server.ts";
import { apiEndpoint, controlPlanesOf, hostPort } from "../../core/cluster/endpoint.ts";
import { controlPlaneSettings } from "../../core/cluster/member-settings.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { renewStaticPods } from "../../core/cluster/settings-scripts.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { kubeletFollows } from "../cluster/kubelet-settings.ts";
import { hasOnlyCgroupV1 } from "../cluster/kubelet.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { inventory } from "../machine/inventory.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { runKubeadm } from "./kubeadm.ts";
import { clusterSecrets } from "./secrets.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const serverFiles = async (
  { cluster, ports }: Step,
  secrets: ReadonlyMap<string, { readonly encryptionKey: string }>,
): Promise<readonly SmallFile[]> => {
  const [first] = secrets.values();
  return first === undefined ? [] : apiServerFiles(cluster, await ports.secrets.resolve(first.encryptionKey));
};

/** What is wrong with the names in the API server's certificate, or undefined. */
const namesOf = async (context: Step): Promise<WrongNames | undefined> => {
  const { cluster, ports, signal } = context;
  const machine = theMachine(context);
  const pem = await ports.remote.readFile(machine, kubernetesPaths.apiServerCertificate, signal);
  return pem === undefined ? undefined : wrongNames(pem, { cluster, machine });
};

/**
 * Lets a change of flags, patches, audit policy, encryption or names reach control planes that have joined before, one after the
 * other, each ready before the next. What is written down last says that all of it is done.
 */
export const controlPlaneFollows = definePhase({
  id: "control-plane.settings",
  title: text("Bring the control plane's settings up to the spec", "使控制平面设置与规格一致"),
  needs: {
    facts: inventory,
    secrets: everyMachine(clusterSecrets),
    kubelets: everyMachine(kubeletFollows),
  },
  output: z.object({ restarted: z.boolean() }),
  effect: "changes",
  timeoutMs: 20 * 60_000,
  limit: { key: "control-plane.settings", max: 1 },
  on: controlPlaneNames,
  async probe(context) {
    const machine = theMachine(context);
    const { cluster, from } = context;
    const made = controlPlaneSettings({ cluster, machine, cgroupV1: hasOnlyCgroupV1(from.facts) });
    const differing = await differingFiles(context, [...(await serverFiles(context, from.secrets)), made]);
    const names = await namesOf(context);
    if (names !== undefined) {
      const list = [...names.strange.map((name) => `-${name}`), ...names.missing.map((name) => `+${name}`)];
      const words = list.join(", ");
      return {
        state: "needed",
        why: text(`names in the API server's certificate: ${words}`, `API 服务证书中的名称：${words}`),
      };
    }
    if (differing.length === 0) return { state: "satisfied", output: { restarted: false } };
    const paths = differing.join(", ");
    return { state: "needed", why: text(`made from other settings: ${paths}`, `与当前设置不符：${paths}`) };
  },
  async apply(context) {
    const machine = theMachine(context);
    const { cluster, from, ports, signal } = context;
    const made = controlPlaneSettings({ cluster, machine, cgroupV1: hasOnlyCgroupV1(from.facts) });
    const files = await serverFiles(context, from.secrets);
    const names = await namesOf(context);
    // Without it a run that ends between the files and the restart would look finished.
    await ports.remote.script(machine, `rm -f -- "$1"`, { args: [made.path], signal });
    await writeFiles(context, files);
    context.waiting(text("the API server to be ready again", "等待 API 服务重新就绪"));
    await runKubeadm(context, machine, {
      what: "upgrade node phase control-plane",
      script: renewStaticPods,
      args: [
        controlPlanesOf(cluster).length > 1 ? hostPort(apiEndpoint(cluster)) : "",
        names === undefined ? "" : "names",
      ],
      ...(names === undefined ? {} : { stdin: namesConfig(cluster, machine) }),
    });
    await writeFiles(context, [made]);
    return { restarted: true };
  },
});
