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
} as const satisfies ErrorArea;
