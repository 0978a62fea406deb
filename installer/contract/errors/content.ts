import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of getting content and services onto machines: release, site CA, time, content, runtime, registry. Exit codes 80-89. */
export const contentErrors = {
  RELEASE_NOT_FOUND: {
    retry: "never",
    exit: 80,
    title: text(
      "the store holds no bundle {bundle} with Kubernetes {kubernetes}; it has: {known}",
      "本机存储中没有包含 Kubernetes {kubernetes} 的软件包 {bundle}；现有：{known}",
    ),
    hint: text(
      "Import the bundle first, or change bundle or kubernetes.version in the spec. Nothing was changed.",
      "请先导入软件包，或修改规格文件中的 bundle 或 kubernetes.version。没有任何改动。",
    ),
  },
  RELEASE_ARCHITECTURE: {
    retry: "never",
    exit: 80,
    title: text(
      "bundle {bundle} holds nothing for {architecture}",
      "软件包 {bundle} 不含 {architecture} 架构的内容",
    ),
    hint: text(
      "Build or fetch the bundle for this architecture too, and import it.",
      "请构建或获取包含该架构的软件包并导入。",
    ),
  },
  RELEASE_INCOMPLETE: {
    retry: "never",
    exit: 80,
    title: text("bundle {bundle} lacks {what}", "软件包 {bundle} 缺少 {what}"),
    hint: text(
      "It was built from part of the components. Import a complete one.",
      "该软件包只构建了部分组件，请导入完整的软件包。",
    ),
  },
  CONTENT_ADDRESS_UNKNOWN: {
    retry: "ask",
    exit: 81,
    title: text(
      "this computer has no route to {address}: {problem}",
      "本机没有通往 {address} 的路由：{problem}",
    ),
    hint: text(
      "Machines fetch their content from this computer: connect it to their network.",
      "机器要从本机获取内容，请将本机接入它们所在的网络。",
    ),
  },
  CONTENT_PORT_TAKEN: {
    retry: "ask",
    exit: 81,
    title: text(
      "content cannot be served at {address}:{port}: {problem}",
      "无法在 {address}:{port} 提供内容服务：{problem}",
    ),
    hint: text(
      "Stop the program that holds the port, or choose another one with SLIPWAY_CONTENT_PORT.",
      "请停止占用该端口的程序，或用 SLIPWAY_CONTENT_PORT 指定其他端口。",
    ),
  },
  CONTENT_DAMAGED: {
    retry: "backoff",
    exit: 82,
    title: text("{machine} received {what} damaged, twice in a row", "{machine} 连续两次收到损坏的 {what}"),
    hint: text(
      "Check the content on this computer with `slipway bundle fsck`; when it is whole, suspect memory, disk or network of that machine.",
      "请在本机用 `slipway bundle fsck` 检查内容；若完好，请检查该机器的内存、磁盘和网络。",
    ),
  },
  PACKAGES_MISSING: {
    retry: "never",
    exit: 83,
    title: text(
      "{machine} lacks {packages}, and the bundle's packages do not fit {os}",
      "{machine} 缺少 {packages}，而软件包中的安装包不适用于 {os}",
    ),
    hint: text(
      "Install them on the machine by its own means, then retry.",
      "请用该系统自己的方式安装这些软件，然后重试。",
    ),
  },
  TIME_SERVER_UNAVAILABLE: {
    retry: "ask",
    exit: 84,
    title: text("time cannot be served at {address}: {problem}", "无法在 {address} 提供时间服务：{problem}"),
    hint: text(
      "Port 123 needs root or CAP_NET_BIND_SERVICE and must be free; or name the site's own servers under time.servers in the spec.",
      "123 端口需要 root 或 CAP_NET_BIND_SERVICE 权限且未被占用；也可以在规格文件的 time.servers 中填写站点自己的时间服务器。",
    ),
  },
  CLOCK_NOT_SYNCHRONISED: {
    retry: "backoff",
    exit: 85,
    title: text(
      "the clock of {machine} is {offsetMs} ms off; certificates need less than {limitMs} ms",
      "{machine} 的时钟相差 {offsetMs} 毫秒；签发证书要求小于 {limitMs} 毫秒",
    ),
    hint: text(
      "Look at `chronyc sources` on the machine: UDP port 123 of the time server must be reachable.",
      "请在该机器上查看 `chronyc sources`：必须能访问时间服务器的 UDP 123 端口。",
    ),
  },
  SERVICE_NOT_RUNNING: {
    retry: "ask",
    exit: 86,
    title: text(
      "{service} does not run on {machine}: {problem}",
      "{machine} 上的 {service} 未能运行：{problem}",
    ),
    hint: text("The detail holds the last lines of its log.", "详情中有其日志的最后几行。"),
  },
  IMAGES_INTERRUPTED: {
    retry: "backoff",
    exit: 89,
    title: text(
      "{machine} could not pull all of its images: {problem}",
      "{machine} 未能拉取全部镜像：{problem}",
    ),
    hint: text(
      "A registry did not answer. What was pulled stays; retry once this computer or a control plane serves it again.",
      "镜像仓库没有响应。已拉取的内容会保留；待本机或控制平面恢复提供镜像后重试。",
    ),
  },
  IMAGES_NOT_PULLED: {
    retry: "ask",
    exit: 89,
    title: text(
      "{machine} was refused images, or could not keep them: {problem}",
      "{machine} 的镜像被拒绝，或无法保存：{problem}",
    ),
    hint: text(
      "Check the content on this computer with `slipway bundle fsck`, and the machine's disk; the detail holds what containerd said.",
      "请在本机用 `slipway bundle fsck` 检查内容，并检查该机器的磁盘；详情中有 containerd 的输出。",
    ),
  },
  HOST_SETTING_REFUSED: {
    retry: "ask",
    exit: 88,
    title: text("{machine} does not let {key} be set to {value}", "{machine} 不允许将 {key} 设为 {value}"),
    hint: text(
      "The kernel parameter is read only there: set it where the machine's kernel is managed (its hypervisor or host), then retry.",
      "该内核参数在此处只读：请在管理其内核的地方（宿主机或虚拟化平台）设置后重试。",
    ),
  },
  SITE_CA_UNUSABLE: {
    retry: "never",
    exit: 87,
    title: text("the site's CA cannot be used: {problem}", "站点 CA 无法使用：{problem}"),
    hint: text(
      "Its key is in the secrets store. Restore the store from a backup; a new CA would not be trusted by the machines.",
      "其密钥保存在机密存储中。请从备份恢复该存储；机器不会信任新建的 CA。",
    ),
  },
} as const satisfies ErrorArea;
