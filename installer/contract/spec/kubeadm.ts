import * as z from "zod";
import { words } from "./words.ts";

/** What kubeadm can patch (kubernetes/cmd/kubeadm/app/util/patches). CoreDNS is not kubeadm's here. */
export const PatchTarget = z.enum([
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "etcd",
  "kubeletconfiguration",
]);

/** One patch of what kubeadm makes on a machine. */
export const KubeadmPatch = z.strictObject({
  target: PatchTarget.meta(
    words("Static pod, or the kubelet's configuration", "静态 Pod，或 kubelet 的配置", ["kube-apiserver"]),
  ),
  type: z
    .enum(["strategic", "merge", "json"])
    .default("strategic")
    .meta(
      words(
        "strategic merge (knows lists of containers), JSON merge (RFC 7386), or JSON patch (RFC 6902)",
        "strategic 合并（能按名称合并容器列表）、JSON 合并（RFC 7386）或 JSON patch（RFC 6902）",
      ),
    ),
  machines: z
    .array(z.string())
    .optional()
    .meta(words("Only on these machines; by default on all", "只用于这些机器；默认全部")),
  patch: z
    .string()
    .min(1)
    .max(100_000)
    .meta(
      words("The patch itself, as YAML text", "补丁内容，YAML 文本", [
        "spec:\n  containers:\n    - name: kube-apiserver\n      resources:\n        requests:\n          cpu: 500m\n",
      ]),
    ),
});
export type KubeadmPatch = Readonly<z.output<typeof KubeadmPatch>>;

/** What the rest of the spec has no word for. */
export const KubeadmSettings = z
  .strictObject({ patches: z.array(KubeadmPatch).max(100).default([]) })
  .meta(
    words(
      "Escape hatch: patches that kubeadm applies when a machine joins and when it is upgraded",
      "例外手段：kubeadm 在机器加入和升级时应用的补丁",
    ),
  );
