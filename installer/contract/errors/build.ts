import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of building a bundle from its sources. Exit codes 71-79 (60-69 belong to the store and the transport file). */
export const buildErrors = {
  BUILD_RECIPE_INVALID: {
    retry: "never",
    exit: 71,
    title: text("{file} has {count} problem(s): {problem}", "{file} 有 {count} 处问题：{problem}"),
    hint: text(
      "Correct the file; its schema is docs/components.schema.json. Nothing was built.",
      "请修正该文件，其模式见 docs/components.schema.json。没有构建任何内容。",
    ),
  },
  BUILD_UNKNOWN_NAME: {
    retry: "never",
    exit: 71,
    title: text(
      "there is no {what} named {name}; known: {known}",
      "没有名为 {name} 的{what}；已知的有：{known}",
    ),
    hint: text("Check the spelling, or add it under images/.", "请检查拼写，或在 images/ 下添加它。"),
  },
  BUILD_SOURCE_UNREACHABLE: {
    retry: "backoff",
    exit: 72,
    title: text(
      "{component}: {source} cannot be reached: {problem}",
      "{component}：无法访问 {source}：{problem}",
    ),
    hint: text(
      "Check this machine's proxy and registry settings, name a mirror with --mirror, or build again: finished components are kept.",
      "请检查本机的代理和软件源设置，或用 --mirror 指定镜像站，然后重新构建：已完成的组件会保留。",
    ),
  },
  BUILD_NO_SOURCE: {
    retry: "ask",
    exit: 72,
    title: text(
      "{component}: none of its {count} source(s) worked",
      "{component}：全部 {count} 个来源都不可用",
    ),
    hint: text(
      "The details say what each source answered. Make one of them reachable and build again.",
      "详情中列出了每个来源的结果。请使其中之一可用，然后重新构建。",
    ),
  },
  BUILD_TOOL_MISSING: {
    retry: "never",
    exit: 73,
    title: text(
      "{tool} is needed for {component} and is not on this machine",
      "构建 {component} 需要 {tool}，本机没有",
    ),
    hint: text("Install it: {remedy}", "请安装：{remedy}"),
  },
  BUILD_COMPILE_FAILED: {
    retry: "ask",
    exit: 74,
    title: text("compiling {component} failed with exit code {code}", "编译 {component} 失败，退出码 {code}"),
    hint: text(
      "The compiler's output is in the details. Out of memory or disk is the usual cause when the recipe worked before.",
      "编译器输出见详情。若该配方以前可用，常见原因是内存或磁盘不足。",
    ),
  },
  BUILD_CHECKSUM_CHANGED: {
    retry: "never",
    exit: 75,
    title: text(
      "{name}: the lock says {expected}, {source} gave {actual}",
      "{name}：锁文件记录为 {expected}，{source} 给出的是 {actual}",
    ),
    hint: text(
      "Content behind a name has changed. Find out why first; if it is right: `slipway bundle lock --update {component}`.",
      "同名内容已被改动。请先查明原因；确认无误后运行 `slipway bundle lock --update {component}`。",
    ),
  },
  BUILD_PACKAGE_GONE: {
    retry: "never",
    exit: 76,
    title: text(
      "the package {name} {version} ({architecture}) of set {set} is no longer in the archive",
      "软件集 {set} 中的软件包 {name} {version}（{architecture}）已不在软件源中",
    ),
    hint: text(
      "The archive has moved on: `slipway bundle lock --update {set}`, look at the difference, build again.",
      "软件源已更新：运行 `slipway bundle lock --update {set}`，查看差异后重新构建。",
    ),
  },
  BUILD_NOT_LOCKED: {
    retry: "never",
    exit: 76,
    title: text(
      "{name} ({architecture}) is not in components.lock",
      "components.lock 中没有 {name}（{architecture}）",
    ),
    hint: text(
      "Resolve it: `slipway bundle lock --update {name}`.",
      "请解析它：`slipway bundle lock --update {name}`。",
    ),
  },
  BUILD_DISK_SPACE: {
    retry: "ask",
    exit: 77,
    title: text(
      "the build needs about {needed} of disk in {folder}, {free} are free",
      "构建在 {folder} 约需 {needed} 磁盘空间，当前可用 {free}",
    ),
    hint: text(
      "Free some space or choose another cache folder with SLIPWAY_CACHE. Nothing was started.",
      "请释放空间，或用 SLIPWAY_CACHE 指定其他缓存目录。尚未开始任何操作。",
    ),
  },
  BUILD_COMMAND_FAILED: {
    retry: "ask",
    exit: 78,
    title: text(
      "{command} failed with exit code {code} for {component}",
      "为 {component} 运行 {command} 失败，退出码 {code}",
    ),
    hint: text("Its output is in the details.", "其输出见详情。"),
  },
  BUILD_SOURCE_INVALID: {
    retry: "never",
    exit: 79,
    title: text(
      "{component}: {source} holds something unexpected: {problem}",
      "{component}：{source} 的内容不符合预期：{problem}",
    ),
    hint: text(
      "The source is damaged or not what its name says. Try another source with --prefer, or report it.",
      "来源已损坏或名不副实。请用 --prefer 尝试其他来源，或反馈此问题。",
    ),
  },
} as const satisfies ErrorArea;
