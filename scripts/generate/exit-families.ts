import { text, type Localized } from "../../installer/contract/text.ts";

/** Causes that share a stretch of exit codes, so that a script can tell them apart without knowing every code. */
export interface ExitFamily {
  readonly title: Localized;
  /** First and last code of each stretch. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** All families, in the order of docs/errors.md. A new area gets a stretch of its own here. */
export const exitFamilies: readonly ExitFamily[] = [
  {
    title: text("Use of the command and operations", "命令用法与操作"),
    ranges: [
      [2, 2],
      [10, 19],
      [70, 70],
      [130, 130],
    ],
  },
  { title: text("Files and specs", "文件与规格"), ranges: [[3, 3]] },
  { title: text("Machines over SSH", "通过 SSH 访问机器"), ranges: [[20, 29]] },
  { title: text("The lab", "实验环境"), ranges: [[30, 39]] },
  {
    title: text("Journal, secrets and the engine process", "日志库、机密与引擎进程"),
    ranges: [[40, 49]],
  },
  { title: text("Inventory and preflight", "清点与预检"), ranges: [[50, 59]] },
  {
    title: text("Bundles: building, verifying, importing", "交付包：构建、校验与导入"),
    ranges: [
      [60, 69],
      [71, 79],
    ],
  },
  {
    title: text("Content, registry and services on machines", "机器上的内容、镜像仓库与服务"),
    ranges: [[80, 89]],
  },
  { title: text("Making and running a cluster", "集群的搭建与运行"), ranges: [[90, 99]] },
  { title: text("Machines that leave a cluster", "离开集群的机器"), ranges: [[150, 159]] },
  { title: text("Machines in and out of service", "机器的停用与恢复"), ranges: [[110, 119]] },
  { title: text("Console, accounts and audit", "控制台、账号与审计"), ranges: [[160, 165]] },
  { title: text("Terminals and recordings", "终端与录像"), ranges: [[166, 169]] },
  {
    title: text("Blank machines", "裸机"),
    ranges: [
      [120, 125],
      [170, 179],
    ],
  },
  { title: text("What runs in a cluster", "集群中运行的内容"), ranges: [[180, 182]] },
  { title: text("Network boot", "网络引导"), ranges: [[100, 109]] },
  { title: text("Disks of blank machines", "裸机的磁盘"), ranges: [[140, 149]] },
  { title: text("Snapshots of etcd and certificates", "etcd 快照与证书"), ranges: [[131, 139]] },
];

/** The family an exit code belongs to. */
export const familyOf = (exit: number): ExitFamily | undefined =>
  exitFamilies.find(({ ranges }) => ranges.some(([first, last]) => exit >= first && exit <= last));
