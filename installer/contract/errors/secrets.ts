import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the secrets store. Exit code 44. */
export const secretsErrors = {
  SECRET_NOT_FOUND: {
    retry: "never",
    exit: 44,
    title: text("there is no secret named {name}", "没有名为 {name} 的机密"),
    hint: text(
      "`slipway secret list` shows the names; `slipway secret set {name}` stores one.",
      "用 `slipway secret list` 查看名称；用 `slipway secret set {name}` 保存。",
    ),
  },
  SECRET_RESERVED: {
    retry: "never",
    exit: 44,
    title: text("the engine keeps {name} for itself", "{name} 由引擎自身保留"),
    hint: text(
      "Choose another name. The audit log cannot be verified without that secret, so nobody changes it.",
      "请改用其他名称。没有该机密就无法校验审计日志，因此任何人都不能更改它。",
    ),
  },
  SECRET_REFERENCE_INVALID: {
    retry: "never",
    exit: 44,
    title: text("{reference} does not refer to a secret", "{reference} 不是有效的机密引用"),
    hint: text(
      "Write secret:<name> (letters a-z, digits, dot, dash, underscore) or file:/absolute/path.",
      "请写成 secret:<名称>（小写字母、数字、点、短横线、下划线）或 file:/绝对路径。",
    ),
  },
  SECRET_FILE_UNREADABLE: {
    retry: "never",
    exit: 44,
    title: text("the secret file {file} cannot be read: {problem}", "无法读取机密文件 {file}：{problem}"),
    hint: text(
      "Check the path and the permissions; it is read by the engine, on the appliance.",
      "请检查路径和权限；该文件由引擎在本机读取。",
    ),
  },
  SECRETS_LOCKED: {
    retry: "never",
    exit: 44,
    title: text(
      "the secrets store {file} is protected by a passphrase and none was given",
      "机密库 {file} 受口令保护，但没有提供口令",
    ),
    hint: text("Give the passphrase to the engine when it starts.", "请在启动引擎时提供口令。"),
  },
  SECRETS_UNREADABLE: {
    retry: "never",
    exit: 44,
    title: text("the secrets store {file} cannot be opened: {problem}", "无法打开机密库 {file}：{problem}"),
    hint: text(
      "Check the passphrase or the key file. If they are right, the store was altered: put it back from a backup.",
      "请检查口令或密钥文件。如果无误，则机密库已被改动：请从备份恢复。",
    ),
  },
  SECRETS_NEWER: {
    retry: "never",
    exit: 44,
    title: text(
      "the secrets store {file} was written by a newer Slipway (format {found}, this one knows up to {known})",
      "机密库 {file} 由更新版本的 Slipway 写入（格式版本 {found}，本程序最高支持 {known}）",
    ),
    hint: text(
      "Start the newer Slipway again. Nothing was touched.",
      "请改用更新版本的 Slipway。没有做任何改动。",
    ),
  },
  SECRETS_KEY_UNSAFE: {
    retry: "never",
    exit: 44,
    title: text(
      "the key file {file} is not safe to use: {problem}",
      "密钥文件 {file} 不安全，不能使用：{problem}",
    ),
    hint: text(
      "It must be a plain file of your own that nobody else may read (`chmod 600 {file}`). If others could read it, change the secrets too.",
      "它必须是当前用户自己的普通文件，且他人不可读（`chmod 600 {file}`）。如果他人曾可读取，请同时更换其中的机密。",
    ),
  },
  SECRETS_KEY_MISSING: {
    retry: "never",
    exit: 44,
    title: text(
      "the secrets store needs the key file {file}, which is not there",
      "机密库需要密钥文件 {file}，但该文件不存在",
    ),
    hint: text(
      "Put the key file back from a backup. Without it the stored values cannot be read: move the store away and set them anew.",
      "请从备份放回密钥文件。没有它就无法读取已保存的内容：只能移走机密库并重新设置。",
    ),
  },
  SECRETS_NOT_WRITTEN: {
    retry: "ask",
    exit: 44,
    title: text("the secrets store {file} cannot be written: {problem}", "无法写入机密库 {file}：{problem}"),
    hint: text(
      "Check the free space and the permissions. What was stored before is unchanged.",
      "请检查剩余空间和权限。之前保存的内容没有变化。",
    ),
  },
} as const satisfies ErrorArea;
