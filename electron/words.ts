import { text, type Language } from "../installer/contract/text.ts";

/** Sentences of menu, tray, dialogs and notifications. */
export const words = {
  file: text("File", "文件"),
  importBundle: text("Import a bundle…", "导入软件包…"),
  closeWindow: text("Close the window", "关闭窗口"),
  quit: text("Quit Slipway", "退出 Slipway"),
  edit: text("Edit", "编辑"),
  undo: text("Undo", "撤销"),
  redo: text("Redo", "重做"),
  cut: text("Cut", "剪切"),
  copy: text("Copy", "复制"),
  paste: text("Paste", "粘贴"),
  selectAll: text("Select all", "全选"),
  view: text("View", "视图"),
  reload: text("Load again", "重新加载"),
  zoomIn: text("Larger", "放大"),
  zoomOut: text("Smaller", "缩小"),
  actualSize: text("Actual size", "实际大小"),
  fullScreen: text("Full screen", "全屏"),
  go: text("Go", "转到"),
  overview: text("Overview", "总览"),
  operations: text("Operations", "操作"),
  clusters: text("Clusters", "集群"),
  machines: text("Machines", "机器"),
  bundles: text("Bundles", "软件包"),
  help: text("Help", "帮助"),
  about: text("About Slipway", "关于 Slipway"),
  show: text("Show Slipway", "显示 Slipway"),
  bundleFiles: text("Bundles", "软件包"),
  allFiles: text("All files", "所有文件"),
  noEngine: text("The engine does not answer", "引擎没有应答"),
  idle: text("Nothing is running", "没有正在运行的操作"),
  oneRuns: text("1 operation is running", "1 个操作正在运行"),
  someRun: text("{count} operations are running", "{count} 个操作正在运行"),
  oneWaits: text("1 needs a decision", "1 个需要处理"),
  someWait: text("{count} need a decision", "{count} 个需要处理"),
  succeeded: text("{what} of {cluster} has succeeded", "{cluster} 的“{what}”已成功"),
  cancelled: text("{what} of {cluster} was cancelled", "{cluster} 的“{what}”已取消"),
  failed: text("{what} of {cluster} needs a decision", "{cluster} 的“{what}”需要处理"),
  failedWhy: text(
    "Steps have failed. Retry, skip a machine with a reason, or cancel.",
    "有步骤失败。请重试、说明原因后跳过机器，或取消。",
  ),
  paused: text("{what} of {cluster} is paused", "{cluster} 的“{what}”已暂停"),
  pausedWhy: text("It goes on when somebody resumes it.", "恢复后才会继续。"),
} as const;

/** Name of a sentence. */
export type Word = keyof typeof words;

/** A sentence in one language, with values in the place of `{names}`. */
export const say = (
  language: Language,
  word: Word,
  values: Readonly<Record<string, string | number>> = {},
): string =>
  words[word][language].replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));

/** The language to begin with, by what the system calls its own (BCP 47). */
export const languageOf = (locale: string): Language => (/^zh\b/i.test(locale) ? "zh-CN" : "en");
