import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of making a cluster out of machines that have a container runtime. Exit codes 90-99. */
export const clusterErrors = {
  CLUSTER_UNKNOWN: {
    retry: "never",
    exit: 90,
    title: text("no cluster is called {cluster}", "没有名为 {cluster} 的集群"),
    hint: text(
      "`slipway cluster list` names the clusters this appliance has worked on; any other one is named by its spec, with --file.",
      "`slipway cluster list` 会列出本设备操作过的集群；其他集群请用 --file 指定其规格文件。",
    ),
  },
  VIRTUAL_IP_TAKEN: {
    retry: "never",
    exit: 90,
    title: text(
      "endpoint.virtualIp {address} is in use: {owner} answers for it on the network of {machine}",
      "endpoint.virtualIp {address} 已被占用：在 {machine} 所在网络中由 {owner} 应答",
    ),
    hint: text(
      "Choose an address that is free and outside any DHCP range, or take it away from that device. Nothing was changed.",
      "请选择一个未被使用且不在 DHCP 范围内的地址，或先从该设备上移除此地址。没有任何改动。",
    ),
  },
  INTERFACE_UNKNOWN: {
    retry: "never",
    exit: 90,
    title: text(
      "{machine} has no interface {interface} that could hold the virtual address",
      "{machine} 上没有可承载虚拟地址的网卡 {interface}",
    ),
    hint: text(
      "Set endpoint.interface to the interface that holds the machine's address, or leave it out.",
      "请将 endpoint.interface 设为承载该机器地址的网卡，或不填写。",
    ),
  },
  KEEPALIVED_MISSING: {
    retry: "ask",
    exit: 91,
    title: text("keepalived is not installed on {machine}", "{machine} 上没有安装 keepalived"),
    hint: text(
      "Install it from the system's own packages, or name an existing load balancer under endpoint.loadBalancer, then retry.",
      "请用系统自带的软件包安装，或在 endpoint.loadBalancer 中填写已有的负载均衡，然后重试。",
    ),
  },
  KUBEADM_FAILED: {
    retry: "ask",
    exit: 92,
    title: text(
      "kubeadm {what} failed on {machine}: {problem}",
      "{machine} 上的 kubeadm {what} 失败：{problem}",
    ),
    hint: text(
      "The detail holds what kubeadm printed. Retry continues where it stopped.",
      "详情中有 kubeadm 的输出。重试会从中断处继续。",
    ),
  },
  KUBEADM_INTERRUPTED: {
    retry: "backoff",
    exit: 92,
    title: text(
      "kubeadm {what} on {machine} waited in vain for the API or for etcd: {problem}",
      "{machine} 上的 kubeadm {what} 等待 API 或 etcd 响应超时：{problem}",
    ),
    hint: text(
      "It is tried again by itself. If it goes on failing, look at the load and the disks of the control planes (`slipway cluster status`), then retry; nothing is done twice.",
      "系统会自动重试。如果持续失败，请检查各控制平面的负载和磁盘（`slipway cluster status`），然后重试；不会重复执行已完成的步骤。",
    ),
  },
  CLUSTER_STATE_FOREIGN: {
    retry: "never",
    exit: 93,
    title: text(
      "{machine} holds parts of a Kubernetes that Slipway did not put there: {traces}",
      "{machine} 上有不是由 Slipway 安装的 Kubernetes 组件：{traces}",
    ),
    hint: text(
      "Back up what is needed and reset the machine (`kubeadm reset`), then retry. Nothing was changed.",
      "请备份所需数据并重置该机器（`kubeadm reset`），然后重试。没有任何改动。",
    ),
  },
  CLUSTERS_DIFFER: {
    retry: "never",
    exit: 93,
    title: text(
      "{machine} and {other} belong to two different clusters: their certificate authorities differ",
      "{machine} 与 {other} 属于两个不同的集群：它们的证书颁发机构不同",
    ),
    hint: text(
      "One of them was set up separately. Decide which cluster stays, and reset the machine of the other.",
      "其中一台是单独安装的。请决定保留哪个集群，并重置另一个集群的机器。",
    ),
  },
  API_UNAVAILABLE: {
    retry: "backoff",
    exit: 94,
    title: text(
      "the API of {cluster} does not answer on {machine}: {problem}",
      "{machine} 上的 {cluster} API 没有响应：{problem}",
    ),
    hint: text(
      "Look at the API server's and etcd's containers on that machine (`crictl ps -a`); etcd needs more than half of the control planes.",
      "请在该机器上查看 API 服务和 etcd 的容器（`crictl ps -a`）；etcd 需要半数以上的控制平面在线。",
    ),
  },
  MANIFEST_REFUSED: {
    retry: "backoff",
    exit: 95,
    title: text("the API refused {what}: {problem}", "API 拒绝了 {what}：{problem}"),
    hint: text(
      "The detail holds the API's answer. Retry once the cause is gone.",
      "详情中有 API 的回答。消除原因后请重试。",
    ),
  },
  CLUSTER_NOT_READY: {
    retry: "ask",
    exit: 96,
    title: text("{cluster} did not become ready in time: {problem}", "{cluster} 未能按时就绪：{problem}"),
    hint: text(
      "The detail lists machines and pods as the API sees them. Retry goes on waiting.",
      "详情中列出了 API 所见的机器和 Pod。重试会继续等待。",
    ),
  },
  SERVING_CERTIFICATE_REFUSED: {
    retry: "never",
    exit: 97,
    title: text(
      "the kubelet of {machine} asks for a certificate with names that are not its own: {names}",
      "{machine} 的 kubelet 申请的证书包含不属于它的名称：{names}",
    ),
    hint: text(
      "It was not approved. Check who controls that machine.",
      "该申请未被批准。请检查该机器由谁控制。",
    ),
  },
  SMOKE_TEST_FAILED: {
    retry: "ask",
    exit: 98,
    title: text("the smoke test of {cluster} failed: {problem}", "{cluster} 的冒烟测试失败：{problem}"),
    hint: text(
      "The detail says which machine could not reach what. The test's pods were removed.",
      "详情中说明了哪台机器无法访问什么。测试用的 Pod 已删除。",
    ),
  },
} as const satisfies ErrorArea;
