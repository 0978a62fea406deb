import { text } from "../../contract/text.ts";
import type { ArgumentSpec, OptionSpec } from "../command.ts";

/** A transport file, wherever it is. */
export const filesArgument: ArgumentSpec = {
  name: "<file...>",
  text: text(
    "the file, its parts in any order, an http(s) address, or - for standard input",
    "包文件，任意顺序的全部分卷，http(s) 地址，或 - 表示标准输入",
  ),
  completes: "file",
};

/** A bundle of the store. */
export const bundleArgument: ArgumentSpec = {
  name: "<bundle>",
  text: text(
    "name, name:version (1.37 for the newest 1.37.x), or the first digits of the digest",
    "名称、名称:版本（1.37 表示最新的 1.37.x），或摘要的前几位",
  ),
};

/** What is let in. */
export const policyOptions: readonly OptionSpec[] = [
  {
    flags: "--allow-unsigned",
    text: text("let a bundle without a signature in; recorded", "接受没有签名的包；该决定会被记录"),
  },
  {
    flags: "--arch <list>",
    text: text(
      "refuse a bundle that lacks one of these (amd64,arm64)",
      "缺少其中任一架构则拒绝（amd64,arm64）",
    ),
  },
];

/** Where recipes and their sources are. */
export const recipeOptions: readonly OptionSpec[] = [
  {
    flags: "--recipes <folder>",
    text: text("recipes of your own instead of the product's", "用自己的配方目录代替产品自带的"),
    completes: "folder",
  },
  {
    flags: "--mirror <list>",
    text: text(
      "stand-ins for the configured sources, such as go=file:///mnt/go,apt=http://10.0.0.1/debian",
      "替代已配置来源的镜像，例如 go=file:///mnt/go,apt=http://10.0.0.1/debian",
    ),
  },
];

/** A passphrase that comes from a file. */
export const passphraseOption: OptionSpec = {
  flags: "--passphrase-file <path>",
  text: text("file with the passphrase (asked for without it)", "含口令的文件（不给则询问）"),
  completes: "file",
};
