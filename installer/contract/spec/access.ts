import * as z from "zod";
import { words } from "./words.ts";

/** Where a secret value is kept: in the engine's secrets store, or in a file on the appliance. Never the value itself. */
export const SecretRef = z
  .string()
  .regex(/^(secret:[a-z0-9][a-z0-9._-]*|file:\/.+)$/)
  .meta(
    words(
      "secret:<name> in the secrets store, or file:/absolute/path on the appliance; never the value itself",
      "机密存储中的 secret:<名称>，或本设备上的 file:/绝对路径；不能直接写值",
      ["secret:site-a.key", "file:/root/.ssh/id_ed25519"],
    ),
  );

/** How Slipway becomes root on a machine. */
export const SudoMode = z
  .enum(["none", "passwordless", "password"])
  .meta(
    words(
      "none: the user is root already; passwordless: sudo asks for nothing; password: sudo is given sudoPassword",
      "none：登录用户就是 root；passwordless：sudo 免密；password：sudo 使用 sudoPassword",
      ["passwordless"],
    ),
  );

/** SSH server that must be passed through to reach the machine (like ssh -J). */
export const JumpHost = z
  .strictObject({
    address: z.string().min(1),
    port: z.int().min(1).max(65535).default(22),
    user: z.string().min(1).default("root"),
    privateKey: SecretRef.optional(),
    password: SecretRef.optional(),
    hostKey: z
      .string()
      .optional()
      .meta(words("SHA256:... fingerprint of the jump host's key", "跳板机密钥的 SHA256:... 指纹")),
  })
  .meta(
    words(
      "SSH server on the way to the machine, as with ssh -J",
      "到达机器所经过的 SSH 跳板机，相当于 ssh -J",
    ),
  );

const fields = {
  user: z
    .string()
    .min(1)
    .meta(words("User to log in as", "登录用户", ["root", "admin"])),
  port: z
    .int()
    .min(1)
    .max(65535)
    .meta(words("Port of the SSH server", "SSH 端口", [22])),
  privateKey: SecretRef.optional().meta(
    words("Private key to log in with", "登录用的私钥", ["secret:site-a.key"]),
  ),
  passphrase: SecretRef.optional().meta(words("Passphrase of the private key", "私钥的口令")),
  password: SecretRef.optional().meta(
    words("Password; also answers keyboard-interactive prompts", "登录密码；也用于应答键盘交互提示"),
  ),
  agent: z
    .boolean()
    .meta(words("Use the SSH agent of the engine's own environment", "使用引擎所在环境的 SSH agent")),
  sudo: SudoMode,
  sudoPassword: SecretRef.optional().meta(
    words("Password for sudo; by default the login password", "sudo 密码；默认与登录密码相同"),
  ),
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/)
    .optional()
    .meta(
      words(
        "Fingerprint that the machine must show; without it the first one seen is recorded and pinned",
        "机器必须出示的密钥指纹；不填则记录并固定首次见到的指纹",
      ),
    ),
  jump: JumpHost.optional(),
};

/** How to log in to a machine. Everything has a default, so that an address alone is enough. */
export const SshAccess = z
  .strictObject({
    ...fields,
    user: fields.user.default("root"),
    port: fields.port.default(22),
    agent: fields.agent.default(false),
    sudo: fields.sudo.default("none"),
  })
  .meta(words("How to log in to the machines", "如何登录机器"));
export type SshAccess = Readonly<z.output<typeof SshAccess>>;

/**
 * What one machine changes of it. Made from the bare fields: `SshAccess.partial()` would fill the defaults in, and so
 * override the cluster's section with them.
 */
export const SshOverride = z.strictObject(fields).partial();
