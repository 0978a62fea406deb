import { text } from "../../contract/text.ts";
import type { CommandSpec } from "../command.ts";
import { bundleArgument, passphraseOption, recipeOptions } from "./bundle-options.ts";
import { example } from "./common.ts";

/** Verbs of the builder: recipes, keys, signatures. */
export const makingVerbs: readonly CommandSpec[] = [
  {
    name: "build",
    summary: text(
      "build a release from its recipes; Ctrl-C stops, the next build goes on",
      "按配方构建一个发布版；Ctrl-C 停止，下次构建时继续",
    ),
    options: [
      {
        flags: "--release <name>",
        text: text("release in images/releases (the newest)", "images/releases 中的发布版（默认最新）"),
      },
      { flags: "--arch <list>", text: text("architectures (amd64)", "架构（默认 amd64）") },
      { flags: "--only <list>", text: text("only these components", "只构建这些组件") },
      {
        flags: "--with <list>",
        text: text("optional components too, such as node-os", "同时构建可选组件，例如 node-os"),
      },
      {
        flags: "--prefer <sources>",
        text: text("official builds first, or compiling first", "优先官方构建，或优先自行编译"),
        choices: ["upstream", "source"],
      },
      {
        flags: "--parallel <count>",
        text: text("components at once (cores, at most 4)", "同时构建的组件数（默认核数，最多 4）"),
      },
      {
        flags: "--cache-limit <size>",
        text: text("limit of the compilers' cache (24g)", "编译缓存上限（默认 24g）"),
      },
      {
        flags: "--report <file>",
        text: text("write where each part came from", "写出各部分来源的报告"),
        completes: "file",
      },
      ...recipeOptions,
    ],
    examples: [
      example("slipway bundle build", "the newest release, for amd64", "构建最新发布版，amd64"),
      example(
        "slipway bundle build --release 1.37 --arch amd64,arm64 --report report.json",
        "two architectures in one bundle",
        "一个包含两种架构",
      ),
      example(
        "slipway bundle build --prefer upstream",
        "take official binaries where they can be reached",
        "能取得官方二进制时直接使用",
      ),
    ],
    load: async () => (await import("../actions/bundle-build.ts")).build,
  },
  {
    name: "lock",
    summary: text("resolve entries of components.lock anew", "重新解析 components.lock 中的条目"),
    options: [
      {
        flags: "--update <list>",
        text: text(
          "components, Debian sets, images or files; all for every Debian set",
          "组件、Debian 软件包集、镜像或文件；all 表示全部 Debian 软件包集",
        ),
        required: true,
      },
      { flags: "--arch <list>", text: text("architectures (amd64,arm64)", "架构（默认 amd64,arm64）") },
      ...recipeOptions,
    ],
    examples: [
      example(
        "slipway bundle lock --update debug",
        "newer packages of one component",
        "更新一个组件的软件包",
      ),
      example("slipway bundle lock --update all", "every set of Debian packages", "更新全部 Debian 软件包集"),
    ],
    load: async () => (await import("../actions/bundle-build.ts")).lock,
  },
  {
    name: "keygen",
    summary: text("make a key pair to sign bundles with", "生成用于签名的密钥对"),
    arguments: [
      {
        name: "<name>",
        text: text(
          "path without ending: NAME.key and NAME.pub are written",
          "不带后缀的路径：写出 NAME.key 和 NAME.pub",
        ),
        completes: "file",
      },
    ],
    options: [
      {
        flags: "--type <type>",
        text: text("kind of key (ed25519)", "密钥类型（默认 ed25519）"),
        choices: ["ed25519", "ecdsa-p256"],
      },
      passphraseOption,
    ],
    examples: [
      example(
        "slipway bundle keygen release",
        "release.key stays here, release.pub goes to the sites",
        "release.key 留在本地，release.pub 发给各站点",
      ),
      example(
        "slipway bundle keygen release --type ecdsa-p256",
        "for tools that know no Ed25519",
        "供不支持 Ed25519 的工具使用",
      ),
    ],
    load: async () => (await import("../actions/bundle-keys.ts")).keygen,
  },
  {
    name: "sign",
    summary: text("sign a bundle and its images", "为交付包及其镜像签名"),
    arguments: [bundleArgument],
    options: [
      { flags: "--key <file>", text: text("private key", "私钥文件"), completes: "file", required: true },
      passphraseOption,
      {
        flags: "--previous <file>",
        text: text(
          "private key that vouches for this one, when keys change",
          "更换密钥时，为新密钥担保的旧私钥",
        ),
        completes: "file",
      },
      {
        flags: "--previous-passphrase-file <path>",
        text: text("file with its passphrase", "含其口令的文件"),
        completes: "file",
      },
    ],
    examples: [
      example(
        "slipway bundle sign slipway:1.37 --key release.key",
        "the signed bundle has a digest of its own",
        "签名后的包有新的摘要",
      ),
      example(
        "slipway bundle sign slipway:1.37 --key new.key --previous release.key",
        "sites that trust release.key accept new.key from then on",
        "信任 release.key 的站点此后也接受 new.key",
      ),
    ],
    load: async () => (await import("../actions/bundle-keys.ts")).sign,
  },
];
