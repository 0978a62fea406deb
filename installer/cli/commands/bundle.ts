import { text } from "../../contract/text.ts";
import type { CommandSpec, NounSpec } from "../command.ts";
import { carryingVerbs } from "./bundle-carrying.ts";
import { makingVerbs } from "./bundle-making.ts";
import { bundleArgument } from "./bundle-options.ts";
import { example } from "./common.ts";

const keepingVerbs: readonly CommandSpec[] = [
  {
    name: "list",
    summary: text("list the bundles of the store", "列出存储中的交付包"),
    examples: [
      example("slipway bundle list", "version, size, who is trusted for it", "版本、大小、所信任的密钥"),
    ],
    load: async () => (await import("../actions/bundle.ts")).list,
  },
  {
    name: "info",
    summary: text("show what is in a bundle of the store or in a file", "显示存储中的包或文件里的内容"),
    arguments: [
      {
        name: "<bundle...>",
        text: text("a bundle of the store, or a file or its parts", "存储中的包，或文件及其分卷"),
        completes: "file",
      },
    ],
    examples: [
      example("slipway bundle info slipway:1.37", "one of the store", "存储中的包"),
      example(
        "slipway bundle info slipway-1.37.tar",
        "a file, whose blobs are not read",
        "文件（不读取数据块）",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).info,
  },
  {
    name: "sbom",
    summary: text("print the SBOM of a bundle (SPDX 2.3)", "输出交付包的 SBOM（SPDX 2.3）"),
    arguments: [bundleArgument],
    options: [
      {
        flags: "--component <name>",
        text: text("of one component (the whole bundle)", "只输出一个组件（默认整个包）"),
      },
      { flags: "--licences", text: text("a table of licences instead", "改为输出许可证表") },
    ],
    examples: [
      example("slipway bundle sbom slipway:1.37 > slipway.spdx.json", "for an auditor", "供审计使用"),
      example("slipway bundle sbom slipway:1.37 --licences", "what is under which licence", "各组件的许可证"),
    ],
    load: async () => (await import("../actions/bundle-care.ts")).sbom,
  },
  {
    name: "extract",
    summary: text("take the files of a component out, such as kubectl", "取出某个组件的文件，例如 kubectl"),
    arguments: [
      bundleArgument,
      { name: "<component>", text: text("component, as info lists it", "组件名称，见 info") },
      { name: "<folder>", text: text("folder to write to", "写入的目录"), completes: "folder" },
    ],
    options: [{ flags: "--arch <name>", text: text("architecture (amd64)", "架构（默认 amd64）") }],
    examples: [
      example(
        "slipway bundle extract slipway:1.37 kubectl /usr/local/bin",
        "checked against its digest",
        "写入前核对摘要",
      ),
    ],
    load: async () => (await import("../actions/bundle-care.ts")).extract,
  },
  {
    name: "trust",
    summary: text("whose bundles this appliance believes", "本机信任哪些密钥签名的包"),
    arguments: [
      {
        name: "[action]",
        text: text("what to do (list)", "要做什么（默认 list）"),
        choices: ["list", "add", "revoke"],
      },
      {
        name: "[key]",
        text: text(
          "file of a public key to add; id of a key to revoke",
          "要添加的公钥文件；要吊销的密钥编号",
        ),
        completes: "file",
      },
    ],
    options: [
      {
        flags: "--name <name>",
        text: text("name to remember it by (that of the file)", "便于识别的名称（默认文件名）"),
      },
      { flags: "--until <date>", text: text("trust ends then", "信任的截止日期") },
      { flags: "--why <reason>", text: text("why it is revoked; recorded", "吊销原因；会被记录") },
    ],
    examples: [
      example(
        "slipway bundle trust add release.pub --until 2028-12-31",
        "after its id was compared with its owner's",
        "与所有者核对编号之后",
      ),
      example("slipway bundle trust", "who is trusted", "查看已信任的密钥"),
      example('slipway bundle trust revoke sha256:3f9c2a --why "laptop lost"', "never again", "永不再信任"),
    ],
    load: async () => (await import("../actions/bundle-keys.ts")).trust,
  },
  {
    name: "remove",
    summary: text("forget a bundle that no cluster needs", "移除没有集群使用的交付包"),
    arguments: [bundleArgument],
    examples: [example("slipway bundle remove slipway:1.36.4", "its space is freed by gc", "空间由 gc 释放")],
    load: async () => (await import("../actions/bundle-care.ts")).remove,
  },
  {
    name: "gc",
    summary: text("remove blobs that no bundle needs", "清理没有交付包使用的数据块"),
    options: [{ flags: "--dry-run", text: text("only list them", "只列出，不删除") }],
    examples: [
      example("slipway bundle gc --dry-run", "what would go", "查看将清理的内容"),
      example("slipway bundle gc", "free the space", "释放空间"),
    ],
    load: async () => (await import("../actions/bundle-care.ts")).gc,
  },
  {
    name: "fsck",
    summary: text("check every blob of the store", "检查存储中的每个数据块"),
    options: [
      {
        flags: "--repair",
        text: text(
          "move altered blobs aside, so that an import brings them again",
          "移开损坏的数据块，以便重新导入",
        ),
      },
    ],
    examples: [
      example("slipway bundle fsck", "after a power cut or a doubtful disk", "断电或磁盘可疑之后"),
      example("slipway bundle fsck --repair", "then import the bundle again", "然后重新导入该包"),
    ],
    load: async () => (await import("../actions/bundle-care.ts")).fsck,
  },
];

/** `slipway bundle`: everything a release needs, as one thing. */
export const bundle: NounSpec = {
  name: "bundle",
  summary: text("everything a release needs, as one signed thing", "一个发布版所需全部内容的签名交付包"),
  verbs: [...makingVerbs, ...carryingVerbs, ...keepingVerbs],
};
