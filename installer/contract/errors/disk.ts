import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of installing a blank machine's disk; the installer reports them by code. Exit codes 140-149. */
export const diskErrors = {
  DISK_FOREIGN: {
    retry: "never",
    exit: 140,
    title: text("disk {disk} of {machine} holds data: {holds}", "{machine} 的磁盘 {disk} 上有数据：{holds}"),
    hint: text(
      "Nothing was written. If this data may be lost, confirm with the serial number of the disk; else name another disk.",
      "未写入任何内容。如果这些数据可以丢弃，请输入该磁盘的序列号确认；否则请指定其他磁盘。",
    ),
  },
  DISK_NOT_FOUND: {
    retry: "ask",
    exit: 141,
    title: text("{machine} has no disk that matches {wanted}", "{machine} 上没有符合 {wanted} 的磁盘"),
    hint: text(
      "Disks it has: {disks}. Check that the disk is plugged in and seen by its controller, or name another one.",
      "现有磁盘：{disks}。请检查磁盘是否插好、控制器能否识别，或指定其他磁盘。",
    ),
  },
  DISK_AMBIGUOUS: {
    retry: "never",
    exit: 141,
    title: text(
      "{count} disks of {machine} match {wanted}: {disks}",
      "{machine} 上有 {count} 块磁盘符合 {wanted}：{disks}",
    ),
    hint: text(
      "A rule must match exactly one disk. Name the disk by serial number, WWN or by-path name.",
      "规则必须恰好匹配一块磁盘。请用序列号、WWN 或 by-path 名称指定磁盘。",
    ),
  },
  DISK_CHANGED: {
    retry: "ask",
    exit: 142,
    title: text(
      "disk {disk} of {machine} is not the disk that was agreed on: {difference}",
      "{machine} 的磁盘 {disk} 与确认过的磁盘不一致：{difference}",
    ),
    hint: text(
      "Nothing was written. A disk was swapped or moved since the machine was looked at; try again to look anew.",
      "未写入任何内容。上次查看之后有磁盘被更换或移动；请重试以重新查看。",
    ),
  },
  DISK_TOO_SMALL: {
    retry: "never",
    exit: 143,
    title: text(
      "disk {disk} of {machine} has {has}; {needs} are needed",
      "{machine} 的磁盘 {disk} 只有 {has}，至少需要 {needs}",
    ),
    hint: text("Name a larger disk.", "请指定更大的磁盘。"),
  },
  DISK_WRITE_FAILED: {
    retry: "ask",
    exit: 144,
    title: text(
      "disk {disk} of {machine} cannot be written or read: {problem}",
      "{machine} 的磁盘 {disk} 读写失败：{problem}",
    ),
    hint: text(
      "The machine does not boot from what was written so far. Replace the disk if this happens again; the installer's log has the kernel's messages.",
      "机器不会从已写入的部分启动。如果再次发生，请更换磁盘；安装程序日志中有内核消息。",
    ),
  },
  IMAGE_DIGEST: {
    retry: "backoff",
    exit: 145,
    title: text(
      "what {machine} received or read back of {file} is not what the bundle holds",
      "{machine} 接收或读回的 {file} 与交付包中的内容不一致",
    ),
    hint: text(
      "The machine does not boot from it. If this happens again, suspect its memory, its disk or the network; `slipway bundle verify` checks this computer's copy.",
      "机器不会从中启动。如果再次发生，请检查其内存、磁盘或网络；`slipway bundle verify` 可检查本机的副本。",
    ),
  },
  IMAGE_TRUNCATED: {
    retry: "backoff",
    exit: 146,
    title: text("{file} ended early on its way to {machine}", "{file} 在传到 {machine} 的途中提前结束"),
    hint: text(
      "The machine does not boot from it. `slipway bundle verify` checks this computer's copy.",
      "机器不会从中启动。`slipway bundle verify` 可检查本机的副本。",
    ),
  },
  INSTALLER_NO_ENGINE: {
    retry: "backoff",
    exit: 147,
    title: text("{machine} cannot reach the engine: {problem}", "{machine} 无法连接引擎：{problem}"),
    hint: text(
      "The machine keeps trying and goes on by itself. Check cabling and VLAN between it and this computer.",
      "机器会持续重试，恢复后自动继续。请检查它与本机之间的网线和 VLAN。",
    ),
  },
  CA_MISMATCH: {
    retry: "never",
    exit: 148,
    title: text(
      "the certificate authority that {machine} was given is not this site's",
      "{machine} 收到的证书颁发机构不是本站点的",
    ),
    hint: text(
      "Somebody else answers on this network, or the machine was booted with files of another site. Nothing was written; find the other server before going on.",
      "网络上有其他服务器在应答，或者机器使用了其他站点的引导文件。未写入任何内容；请先找出该服务器再继续。",
    ),
  },
  INSTALLER_FAILED: {
    retry: "ask",
    exit: 149,
    title: text("the installer of {machine} failed: {problem}", "{machine} 的安装程序失败：{problem}"),
    hint: text(
      "The machine does not boot from what was written so far. The installer's log says what happened; retry boots it again.",
      "机器不会从已写入的部分启动。安装程序日志中有详细原因；重试会重新引导该机器。",
    ),
  },
} as const satisfies ErrorArea;
