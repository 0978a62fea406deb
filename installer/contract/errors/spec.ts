import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of what an operator wrote: files, specs, arguments. Exit code 3. */
export const specErrors = {
  SPEC_UNREADABLE: {
    retry: "never",
    exit: 3,
    title: text("{file} cannot be read: {problem}", "无法读取 {file}：{problem}"),
    hint: text("Check the path and the permissions.", "请检查路径和权限。"),
  },
  SPEC_INVALID: {
    retry: "never",
    exit: 3,
    title: text(
      "{file} has {count} problem(s); nothing was started",
      "{file} 有 {count} 处问题；没有开始任何操作",
    ),
    hint: text("Fix the lines listed and run the command again.", "请修正列出的各行后重新运行。"),
  },
  SPEC_EXISTS: {
    retry: "never",
    exit: 3,
    title: text("{file} exists already and is left as it is", "{file} 已存在，保持原样"),
    hint: text(
      "Give another name with --file, or move it away.",
      "请用 --file 指定其他名称，或先移走该文件。",
    ),
  },
  SPEC_UNWRITABLE: {
    retry: "never",
    exit: 3,
    title: text("{file} cannot be written: {problem}", "无法写入 {file}：{problem}"),
    hint: text("Check the folder and its permissions.", "请检查目录及其权限。"),
  },
} as const satisfies ErrorArea;
