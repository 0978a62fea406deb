import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the journal, its file, and the folder it lives in. Exit codes 40-43. */
export const journalErrors = {
  JOURNAL_NEWER: {
    retry: "never",
    exit: 40,
    title: text(
      "the journal {file} was written by a newer Slipway (format {found}, this one knows up to {known})",
      "日志库 {file} 由更新版本的 Slipway 写入（格式版本 {found}，本程序最高支持 {known}）",
    ),
    hint: text(
      "Start the newer Slipway again, or use another data folder. Nothing was touched.",
      "请改用更新版本的 Slipway，或指定其他数据目录。没有做任何改动。",
    ),
  },
  JOURNAL_FOREIGN: {
    retry: "never",
    exit: 40,
    title: text("{file} is not a journal of Slipway: {problem}", "{file} 不是 Slipway 的日志库：{problem}"),
    hint: text(
      "Choose another data folder, or move the file away if it does not belong there. Nothing was touched.",
      "请指定其他数据目录；如果该文件不该在这里，请将其移走。没有做任何改动。",
    ),
  },
  JOURNAL_DAMAGED: {
    retry: "never",
    exit: 41,
    title: text(
      "the journal {file} is damaged and there is no good copy to restore: {problem}",
      "日志库 {file} 已损坏，且没有可用于恢复的完好副本：{problem}",
    ),
    hint: text(
      "Check the disk, then put a copy back from your backup of the data folder, or move the file away to begin with an empty journal. Nothing was deleted.",
      "请先检查磁盘，然后从数据目录的备份中放回副本，或将该文件移走以便从空日志库开始。没有删除任何内容。",
    ),
  },
  JOURNAL_FULL: {
    retry: "backoff",
    exit: 42,
    title: text(
      "no space left for the journal {file}; nothing was written",
      "日志库 {file} 所在磁盘空间已满；没有写入任何内容",
    ),
    hint: text(
      "Make space on that disk. Nothing is lost: the work goes on from where it stands.",
      "请清理该磁盘空间。没有丢失任何内容：清理后会从当前位置继续。",
    ),
  },
  JOURNAL_WRITE_FAILED: {
    retry: "ask",
    exit: 42,
    title: text("the journal {file} cannot be used: {problem}", "日志库 {file} 无法使用：{problem}"),
    hint: text(
      "Check the disk and the permissions of the data folder, then start the engine again: it finds out by itself what was done.",
      "请检查磁盘和数据目录的权限，然后重新启动引擎：它会自行查明已完成的部分。",
    ),
  },
  ENGINE_ALREADY_RUNNING: {
    retry: "never",
    exit: 43,
    title: text(
      "another engine (pid {pid}, started {since}) already works in {folder}",
      "另一个引擎（进程号 {pid}，启动于 {since}）已在使用 {folder}",
    ),
    hint: text(
      "Use the running one, stop it (`kill {pid}`), or choose another data folder. A crashed engine never leaves this lock behind.",
      "请使用正在运行的引擎，或将其停止（`kill {pid}`），或指定其他数据目录。引擎崩溃不会遗留该锁。",
    ),
  },
  DATA_DIR_UNSAFE: {
    retry: "never",
    exit: 43,
    title: text(
      "the data folder {folder} is not safe to use: {problem}",
      "数据目录 {folder} 不安全，不能使用：{problem}",
    ),
    hint: text(
      "It must be a folder of your own that nobody else may enter (`chmod 700`), or choose another one.",
      "该目录必须归当前用户所有，且他人不可进入（`chmod 700`）；也可以指定其他目录。",
    ),
  },
} as const satisfies ErrorArea;
