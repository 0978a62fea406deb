import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the bundle store, of trust and of deltas. Exit codes 65-74 without 70. */
export const bundleStoreErrors = {
  BUNDLE_NOT_FOUND: {
    retry: "never",
    exit: 65,
    title: text("there is no bundle {bundle} in the store", "存储中没有包 {bundle}"),
    hint: text("`slipway bundle list` shows what there is.", "用 `slipway bundle list` 查看已有的包。"),
  },
  BUNDLE_AMBIGUOUS: {
    retry: "never",
    exit: 65,
    title: text("{bundle} fits {count} bundles", "{bundle} 匹配到 {count} 个包"),
    hint: text(
      "Give more digits of the digest: `slipway bundle list` shows them.",
      "请给出更多位摘要：用 `slipway bundle list` 查看。",
    ),
  },
  BUNDLE_SBOM_MISSING: {
    retry: "never",
    exit: 65,
    title: text(
      "bundle {bundle} has no SBOM of {component}; it has those of: {known}",
      "包 {bundle} 中没有 {component} 的 SBOM；现有：{known}",
    ),
    hint: text(
      "Name one of these, or leave --component out for the whole bundle.",
      "请指定其中之一；不带 --component 则输出整个包的 SBOM。",
    ),
  },
  BUNDLE_COMPONENT_MISSING: {
    retry: "never",
    exit: 65,
    title: text(
      "bundle {bundle} has no files of {component} for {architecture}; it has those of: {known}",
      "包 {bundle} 中没有组件 {component}（{architecture}）的文件；现有：{known}",
    ),
    hint: text(
      "Name one of these; images are had from the registry by their upstream name.",
      "请指定其中之一；镜像请从镜像仓库按上游名称获取。",
    ),
  },
  BUNDLE_IN_USE: {
    retry: "never",
    exit: 65,
    title: text("bundle {bundle} is needed by {users}", "包 {bundle} 正被 {users} 使用"),
    hint: text("Upgrade or remove what needs it first.", "请先升级或移除使用它的对象。"),
  },
  BUNDLE_ARCH_MISSING: {
    retry: "never",
    exit: 65,
    title: text(
      "the bundle holds nothing for {arch}, only {present}",
      "包中没有 {arch} 架构的内容，只有 {present}",
    ),
    hint: text(
      "Get the bundle built for {arch}, or one for several architectures.",
      "请获取面向 {arch} 的包，或多架构的包。",
    ),
  },
  BUNDLE_STORE_BUSY: {
    retry: "backoff",
    exit: 66,
    title: text("another command is writing to the store {store}", "另一个命令正在写入存储 {store}"),
    hint: text("Wait for it to finish, then run the command again.", "请等待其结束后重新运行。"),
  },
  BUNDLE_STORE_BAD: {
    retry: "never",
    exit: 66,
    title: text("the store {store} is damaged: {problem}", "存储 {store} 已损坏：{problem}"),
    hint: text(
      "Run `slipway bundle fsck --repair`, then import the bundle again.",
      "请运行 `slipway bundle fsck --repair`，再重新导入该包。",
    ),
  },
  BUNDLE_STORE_UNWRITABLE: {
    retry: "ask",
    exit: 66,
    title: text("the store {store} cannot be written: {problem}", "无法写入存储 {store}：{problem}"),
    hint: text(
      "Check permissions and whether the disk is mounted read only.",
      "请检查权限，以及磁盘是否以只读方式挂载。",
    ),
  },
  BUNDLE_NO_SPACE: {
    retry: "ask",
    exit: 67,
    title: text(
      "{needed} MB are needed in {folder}, {free} MB are free",
      "{folder} 需要 {needed} MB，仅剩 {free} MB",
    ),
    hint: text(
      "Free some space, run `slipway bundle gc`, or choose another folder with --scratch. Nothing was written.",
      "请清理空间，运行 `slipway bundle gc`，或用 --scratch 指定其他目录。目前没有写入任何内容。",
    ),
  },
  BUNDLE_DISK_FULL: {
    retry: "ask",
    exit: 67,
    title: text(
      "the disk of {folder} filled up while {item} was being written",
      "写入 {item} 时 {folder} 所在磁盘已满",
    ),
    hint: text(
      "Free some space and run the same command: what was written is kept and checked.",
      "请清理空间后重新运行同一命令，已写入的部分会保留并校验。",
    ),
  },
  BUNDLE_UNSIGNED: {
    retry: "never",
    exit: 68,
    title: text("the bundle is not signed", "该包没有签名"),
    hint: text(
      "Get a signed one. `--allow-unsigned` lets it in and is written into the journal.",
      "请获取已签名的包。如确需使用，可加 `--allow-unsigned`，该决定会记入日志。",
    ),
  },
  BUNDLE_KEY_UNKNOWN: {
    retry: "never",
    exit: 68,
    title: text(
      "the bundle is signed by {keys}, and none of them is trusted here",
      "该包由 {keys} 签名，本机不信任其中任何一个密钥",
    ),
    hint: text(
      "Compare the key's fingerprint with its owner's, then `slipway bundle trust add`.",
      "请与密钥所有者核对指纹，然后运行 `slipway bundle trust add`。",
    ),
  },
  BUNDLE_SIGNATURE_BAD: {
    retry: "never",
    exit: 68,
    title: text("the signature by {key} does not fit the bundle's index", "密钥 {key} 的签名与包的索引不符"),
    hint: text(
      "The index or the signature was altered: get the bundle again. Nothing was changed here.",
      "索引或签名被改动过：请重新获取该包。本机没有任何改动。",
    ),
  },
  BUNDLE_TRUST_EXPIRED: {
    retry: "never",
    exit: 68,
    title: text("trust in key {key} ended at {when}", "对密钥 {key} 的信任已于 {when} 到期"),
    hint: text(
      "Check this computer's clock; then renew the trust or get a bundle signed by a newer key.",
      "请先核对本机时钟，再续期信任，或获取由新密钥签名的包。",
    ),
  },
  BUNDLE_KEY_REVOKED: {
    retry: "never",
    exit: 68,
    title: text("key {key} was revoked: {why}", "密钥 {key} 已被吊销：{why}"),
    hint: text("Get a bundle signed by another key.", "请获取由其他密钥签名的包。"),
  },
  BUNDLE_KEY_UNREADABLE: {
    retry: "never",
    exit: 69,
    title: text("{file} holds no key that can be used: {problem}", "{file} 中没有可用的密钥：{problem}"),
    hint: text(
      "Ed25519 and ECDSA P-256 keys in PEM are read, private ones in cosign's encrypted form.",
      "支持 PEM 格式的 Ed25519 与 ECDSA P-256 密钥，私钥须为 cosign 的加密格式。",
    ),
  },
  BUNDLE_PASSPHRASE_WRONG: {
    retry: "ask",
    exit: 69,
    title: text("the passphrase does not open {file}", "口令无法打开 {file}"),
    hint: text("Type it again; it cannot be recovered.", "请重新输入；口令无法找回。"),
  },
  BUNDLE_KEY_EXISTS: {
    retry: "never",
    exit: 69,
    title: text("{file} exists already", "{file} 已存在"),
    hint: text("Choose another name: keys are never overwritten.", "请换一个文件名：密钥不会被覆盖。"),
  },
  BUNDLE_BASE_MISSING: {
    retry: "never",
    exit: 71,
    title: text(
      "the delta needs {count} blob(s) that this site does not have, first {blob} of {component}",
      "该差量包需要本站点没有的 {count} 个数据块，首个为 {component} 的 {blob}",
    ),
    hint: text(
      "Make the delta again from this site's own `slipway bundle inventory`, or import the full bundle. Nothing was written.",
      "请用本站点的 `slipway bundle inventory` 重新生成差量包，或导入完整包。目前没有写入任何内容。",
    ),
  },
  BUNDLE_BASE_WRONG: {
    retry: "never",
    exit: 71,
    title: text(
      "the blob {blob} this site has is damaged, so {component} cannot be rebuilt from it",
      "本站点的数据块 {blob} 已损坏，无法据此重建 {component}",
    ),
    hint: text(
      "Run `slipway bundle fsck --repair`, then import the bundle the blob came with.",
      "请运行 `slipway bundle fsck --repair`，再导入该数据块原属的包。",
    ),
  },
  BUNDLE_PATCH_BAD: {
    retry: "never",
    exit: 71,
    title: text(
      "the patch for blob {blob} of {component} is malformed: {problem}",
      "{component} 的数据块 {blob} 的补丁有误：{problem}",
    ),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_DELTA_BAD: {
    retry: "never",
    exit: 71,
    title: text("the list of differences is damaged: {problem}", "差量清单已损坏：{problem}"),
    hint: text(
      "Copy the bundle again from its origin and compare it with its checksum file. Nothing was changed here.",
      "请从来源重新拷贝该包，并与校验和文件比对。本机没有任何改动。",
    ),
  },
  BUNDLE_INVENTORY_BAD: {
    retry: "never",
    exit: 71,
    title: text("{file} is not an inventory: {problem}", "{file} 不是库存清单：{problem}"),
    hint: text(
      "Make it again at the site with `slipway bundle inventory`.",
      "请在站点上用 `slipway bundle inventory` 重新生成。",
    ),
  },
  BUNDLE_INVENTORY_UNKNOWN: {
    retry: "never",
    exit: 71,
    title: text(
      "the inventory names bundle {bundle}, which this store does not have",
      "清单中的包 {bundle} 不在本存储中",
    ),
    hint: text(
      "Use the inventory file instead of its short text: the file lists every blob.",
      "请使用库存清单文件而非其短文本：文件中列出了每个数据块。",
    ),
  },
  BUNDLE_TOOL_MISSING: {
    retry: "never",
    exit: 72,
    title: text("the program {tool} is needed and not installed", "需要的程序 {tool} 未安装"),
    hint: text("Install it with the system's package manager.", "请用系统的包管理器安装。"),
  },
  BUNDLE_TOOL_FAILED: {
    retry: "ask",
    exit: 72,
    title: text("{tool} failed: {problem}", "{tool} 执行失败：{problem}"),
    hint: text("Look at the detail and run the command again.", "请查看详细信息后重新运行。"),
  },
  BUNDLE_PART_SIZE: {
    retry: "never",
    exit: 73,
    title: text(
      "parts of {bytes} bytes are too small: at least {least}",
      "分卷大小 {bytes} 字节过小，至少为 {least} 字节",
    ),
    hint: text("Use 4g for FAT32, 4480m for a DVD.", "FAT32 请用 4g，DVD 请用 4480m。"),
  },
  BUNDLE_TARGET_EXISTS: {
    retry: "never",
    exit: 73,
    title: text("{file} exists already", "{file} 已存在"),
    hint: text("Choose another name, or remove it first.", "请换一个文件名，或先将其删除。"),
  },
  BUNDLE_PUSH_UNREACHABLE: {
    retry: "ask",
    exit: 74,
    title: text(
      "the registry {registry} cannot be reached for {item}: {problem}",
      "处理 {item} 时无法连接镜像仓库 {registry}：{problem}",
    ),
    hint: text(
      "Check the address, the line and the registry; the same command goes on where this one stopped.",
      "请检查地址、网络和镜像仓库；重新运行同一命令会从中断处继续。",
    ),
  },
  BUNDLE_PUSH_REFUSED: {
    retry: "ask",
    exit: 74,
    title: text(
      "the registry {registry} refuses {item} with status {status}: {problem}",
      "镜像仓库 {registry} 拒绝 {item}，状态码 {status}：{problem}",
    ),
    hint: text(
      "Check that the account may push there, that the project exists, and that its quota is not used up.",
      "请确认账号有推送权限、项目已创建且配额未用完。",
    ),
  },
  BUNDLE_PUSH_INCOMPLETE: {
    retry: "ask",
    exit: 74,
    title: text(
      "{failed} of {total} images did not get into {registry}, first {image}",
      "{total} 个镜像中有 {failed} 个未能推送到 {registry}，首个为 {image}",
    ),
    hint: text(
      "The summary says why for each; the same command sends only what is missing.",
      "汇总中列出了每个镜像的原因；重新运行同一命令只会补传缺少的部分。",
    ),
  },
} as const satisfies ErrorArea;
