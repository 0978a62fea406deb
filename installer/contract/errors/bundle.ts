import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of reading a bundle's transport file and its content. Exit codes 60-64. */
export const bundleErrors = {
  BUNDLE_TRUNCATED: {
    retry: "never",
    exit: 60,
    title: text(
      "{file} ends after {bytes} bytes, in the middle of {item}",
      "{file} 在 {bytes} 字节处中断，{item} 不完整",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_READ_FAILED: {
    retry: "ask",
    exit: 60,
    title: text(
      "{file} cannot be read at byte {offset} ({item}): {problem}",
      "读取 {file} 第 {offset} 字节（{item}）失败：{problem}",
    ),
    hint: text(
      "The medium or the line is faulty: clean or change it, then run the same command: what was read is kept.",
      "介质或线路有故障：请清洁或更换后重新运行同一命令，已读取的部分会保留。",
    ),
  },
  BUNDLE_SOURCE_MISSING: {
    retry: "never",
    exit: 60,
    title: text("there is no bundle at {file}", "{file} 处没有包文件"),
    hint: text("Check the path, or plug the medium in.", "请检查路径，或插好介质。"),
  },
  BUNDLE_SOURCE_CHANGED: {
    retry: "ask",
    exit: 60,
    title: text(
      "{file} changed on the server while it was being read",
      "读取过程中服务器上的 {file} 发生了变化",
    ),
    hint: text(
      "Run the command again: what was read and still fits is kept.",
      "请重新运行该命令，已读取且仍相符的部分会保留。",
    ),
  },
  BUNDLE_PART_MISSING: {
    retry: "never",
    exit: 61,
    title: text("part {part} of {total} is missing: {name}", "缺少第 {part}/{total} 卷：{name}"),
    hint: text(
      "Bring the named part and give all parts in one command, in any order.",
      "请取来所列分卷，并在一条命令中给出全部分卷（顺序不限）。",
    ),
  },
  BUNDLE_PART_DOUBLED: {
    retry: "never",
    exit: 61,
    title: text(
      "part {part} was given twice: {first} and {second}",
      "第 {part} 卷给了两次：{first} 和 {second}",
    ),
    hint: text("Give each part once.", "每个分卷只给一次。"),
  },
  BUNDLE_PART_FOREIGN: {
    retry: "never",
    exit: 61,
    title: text("{file} is not a part of {bundle}", "{file} 不是 {bundle} 的分卷"),
    hint: text(
      "Give only the parts of one bundle, under the names they were written with.",
      "请只给出同一个包的分卷，并保持原文件名。",
    ),
  },
  BUNDLE_HEADER_BAD: {
    retry: "never",
    exit: 62,
    title: text(
      "the archive header of {item} at byte {offset} is not what a bundle must have: {problem}",
      "第 {offset} 字节处 {item} 的归档头不符合要求：{problem}",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_ENTRY_UNEXPECTED: {
    retry: "never",
    exit: 62,
    title: text(
      "{found} stands where {expected} must be (byte {offset})",
      "第 {offset} 字节处应为 {expected}，实际为 {found}",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_PATH_UNSAFE: {
    retry: "never",
    exit: 62,
    title: text(
      "the archive names a path outside the bundle: {found}",
      "归档中含有越出包范围的路径：{found}",
    ),
    hint: text(
      "Do not use this file: it was made to harm or is badly damaged.",
      "请勿使用该文件：它可能是恶意制作的，或已严重损坏。",
    ),
  },
  BUNDLE_ENTRY_KIND: {
    retry: "never",
    exit: 62,
    title: text(
      "{found} is a {kind}; a bundle holds plain files only",
      "{found} 是{kind}；包内只允许普通文件",
    ),
    hint: text(
      "Do not use this file: it was made to harm or is badly damaged.",
      "请勿使用该文件：它可能是恶意制作的，或已严重损坏。",
    ),
  },
  BUNDLE_PADDING_BAD: {
    retry: "never",
    exit: 62,
    title: text(
      "the filling after {item} (byte {offset}) is not zero",
      "{item} 之后（第 {offset} 字节）的填充不为零",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_TRAILING_BYTES: {
    retry: "never",
    exit: 62,
    title: text(
      "there are bytes after the end of the bundle (byte {offset})",
      "包结束之后（第 {offset} 字节）仍有数据",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_SIZE_ABSURD: {
    retry: "never",
    exit: 62,
    title: text(
      "{item} claims {bytes} bytes; at most {limit} are believed",
      "{item} 声称有 {bytes} 字节，最多只接受 {limit} 字节",
    ),
    hint: text(
      "Do not use this file: it was made to harm or is badly damaged.",
      "请勿使用该文件：它可能是恶意制作的，或已严重损坏。",
    ),
  },
  BUNDLE_LAYOUT_UNKNOWN: {
    retry: "never",
    exit: 63,
    title: text(
      "the layout marker is not one this version reads: {problem}",
      "本版本无法识别布局标记：{problem}",
    ),
    hint: text(
      "Is it a Slipway bundle? A newer bundle needs a newer Slipway.",
      "请确认这是 Slipway 的包；较新的包需要较新的 Slipway。",
    ),
  },
  BUNDLE_INDEX_BAD: {
    retry: "never",
    exit: 63,
    title: text("the index of the bundle is damaged: {problem}", "包的索引已损坏：{problem}"),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_ENVELOPE_BAD: {
    retry: "never",
    exit: 63,
    title: text("the signature file of the bundle is damaged: {problem}", "包的签名文件已损坏：{problem}"),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_MANIFEST_BAD: {
    retry: "never",
    exit: 63,
    title: text(
      "the manifest {blob} of {component} is malformed: {problem}",
      "{component} 的清单 {blob} 格式有误：{problem}",
    ),
    hint: text(
      "The bundle was not written by Slipway or its writer is faulty: get it again from who made it.",
      "该包不是由 Slipway 写出的，或写出它的程序有缺陷：请向制作者重新索取。",
    ),
  },
  BUNDLE_BLOB_DIGEST: {
    retry: "never",
    exit: 64,
    title: text(
      "blob {blob} of {component} has the content of {actual}",
      "{component} 的数据块 {blob} 内容不符，实际为 {actual}",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_BLOB_SIZE: {
    retry: "never",
    exit: 64,
    title: text(
      "blob {blob} of {component} has {actual} bytes instead of {expected}",
      "{component} 的数据块 {blob} 为 {actual} 字节，应为 {expected} 字节",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_BLOB_MISSING: {
    retry: "never",
    exit: 64,
    title: text("blob {blob} of {component} is not in the store", "存储中没有 {component} 的数据块 {blob}"),
    hint: text(
      "`slipway bundle fsck` tells what is missing; importing the bundle again repairs it.",
      "用 `slipway bundle fsck` 查看缺少的内容；重新导入该包即可修复。",
    ),
  },
  BUNDLE_INCOMPLETE: {
    retry: "never",
    exit: 64,
    title: text(
      "the index refers to {count} blob(s) that are not stored, first {blob} of {component}",
      "索引引用的 {count} 个数据块不在存储中，首个为 {component} 的 {blob}",
    ),
    hint: text("Finish the build, or import the bundle again.", "请完成构建，或重新导入该包。"),
  },
} as const satisfies ErrorArea;
