import { text } from "../../contract/text.ts";
import type { CommandSpec } from "../command.ts";
import { bundleArgument, filesArgument, policyOptions } from "./bundle-options.ts";
import { example } from "./common.ts";

/** Verbs of carrying bundles to a site: files, differences. */
export const carryingVerbs: readonly CommandSpec[] = [
  {
    name: "export",
    summary: text(
      "write a bundle into a file, or what a site lacks of it",
      "把交付包写成文件，或只写站点缺少的部分",
    ),
    arguments: [
      bundleArgument,
      {
        name: "<file>",
        text: text("file to write; parts are named after it", "要写出的文件；分卷以其命名"),
        completes: "file",
      },
    ],
    options: [
      {
        flags: "--part-size <size>",
        text: text("split: 4g for FAT32, 4480m for a DVD", "分卷大小：FAT32 用 4g，DVD 用 4480m"),
      },
      {
        flags: "--since <inventory>",
        text: text(
          "inventory of the site, as a file or as its short text",
          "站点的库存清单（文件或其短文本）",
        ),
        completes: "file",
      },
      {
        flags: "--scratch <folder>",
        text: text("where patches are made", "生成补丁的目录"),
        completes: "folder",
      },
    ],
    examples: [
      example(
        "slipway bundle export slipway:1.37 slipway-1.37.tar",
        "everything in one file",
        "全部内容写成一个文件",
      ),
      example(
        "slipway bundle export slipway:1.37 /media/usb/slipway.tar --part-size 4g",
        "parts for a FAT32 stick",
        "写成适合 FAT32 U 盘的分卷",
      ),
      example(
        "slipway bundle export slipway:1.37.1 patch.tar --since site.json",
        "only what the site lacks",
        "只写站点缺少的内容",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).exportBundle,
  },
  {
    name: "verify",
    summary: text(
      "check every byte and the signature of a file; nothing is kept",
      "校验文件的每个字节和签名；不保存任何内容",
    ),
    arguments: [filesArgument],
    options: policyOptions,
    examples: [
      example("slipway bundle verify slipway-1.37.tar", "before it is carried away", "带走之前校验"),
      example(
        "slipway bundle verify /media/usb/slipway.tar.*",
        "its parts, in any order",
        "校验全部分卷，顺序不限",
      ),
      example(
        "curl -s http://10.0.0.9/slipway.tar | slipway bundle verify -",
        "while it streams",
        "边传输边校验",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).verify,
  },
  {
    name: "import",
    summary: text("take a bundle into the store and serve its images", "导入交付包并提供其中的镜像"),
    arguments: [filesArgument],
    options: policyOptions,
    examples: [
      example(
        "slipway bundle import /media/usb/slipway-1.37.tar",
        "run it again after a pulled stick: it goes on",
        "U 盘被拔出后再次运行即可继续",
      ),
      example(
        "slipway bundle import http://10.0.0.9/slipway-1.37.tar",
        "over a line that may break",
        "通过可能中断的线路导入",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).importBundle,
  },
  {
    name: "inventory",
    summary: text("write what this site has, for the builder", "写出本站点已有的内容，交给构建方"),
    arguments: [
      {
        name: "[file]",
        text: text("file to write (standard output)", "要写出的文件（默认标准输出）"),
        completes: "file",
      },
    ],
    options: [
      {
        flags: "--text",
        text: text("short enough for a QR code or for typing", "足够短的文本，可放入二维码或手工输入"),
      },
      {
        flags: "--qr",
        text: text(
          "that text as a QR code: on the terminal, or in a .png or .svg file",
          "把该文本显示为二维码：输出到终端，或写入 .png、.svg 文件",
        ),
      },
      {
        flags: "--site <name>",
        text: text("name of the site (this computer's)", "站点名称（默认本机名称）"),
      },
    ],
    examples: [
      example("slipway bundle inventory site.json", "carry it to the builder", "带给构建方"),
      example(
        "slipway bundle inventory --qr",
        "to be photographed; export --since takes what the phone read",
        "显示为二维码供拍照；export --since 接受手机读出的文本",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).inventory,
  },
  {
    name: "diff",
    summary: text("show what a newer bundle changes", "显示新包带来的变化"),
    arguments: [
      { ...bundleArgument, name: "<older>" },
      { ...bundleArgument, name: "<newer>" },
    ],
    examples: [
      example(
        "slipway bundle diff slipway:1.36 slipway:1.37",
        "components, images, new bytes",
        "组件、镜像和新增字节数",
      ),
    ],
    load: async () => (await import("../actions/bundle.ts")).diff,
  },
];
