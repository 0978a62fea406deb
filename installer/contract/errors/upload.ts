import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of bringing a bundle through a page. Exit codes 62, 65 and 69. */
export const uploadErrors = {
  UPLOAD_NO_BUNDLE: {
    retry: "never",
    exit: 62,
    title: text("{file} is no bundle: it does not begin as one", "{file} 不是软件包：文件开头不符"),
    hint: text(
      "Choose the file that `slipway bundle export` wrote. A bundle in parts is put on the appliance and imported from there. Nothing was kept.",
      "请选择由 `slipway bundle export` 生成的文件。分卷的软件包请拷到管理机后从管理机导入。未保留任何内容。",
    ),
  },
  UPLOAD_NO_SPACE: {
    retry: "ask",
    exit: 69,
    title: text(
      "{file} has {size} bytes, and {free} are free",
      "{file} 有 {size} 字节，可用空间为 {free} 字节",
    ),
    hint: text(
      "Free some space on the disk of the data folder: `slipway bundle gc` removes what no bundle needs.",
      "请释放数据目录所在磁盘的空间：`slipway bundle gc` 可删除不再需要的内容。",
    ),
  },
  UPLOAD_TOO_MANY: {
    retry: "ask",
    exit: 69,
    title: text("{count} files are being brought already", "已有 {count} 个文件正在上传"),
    hint: text(
      "Wait until one is done. One that was given up is forgotten after a day.",
      "请等待其中一个完成。被放弃的上传会在一天后清除。",
    ),
  },
  UPLOAD_UNKNOWN: {
    retry: "never",
    exit: 65,
    title: text("there is no such upload, or not all of it has come", "没有此上传，或尚未上传完整"),
    hint: text(
      "Drop the file once more: it goes on where it was cut off.",
      "请重新拖入该文件，将从中断处继续。",
    ),
  },
} as const satisfies ErrorArea;
