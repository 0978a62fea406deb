import * as z from "zod";

/** Where a secret value is kept: in the engine's secrets store, or in a file on the appliance. Never the value itself. */
export const SecretRef = z
  .string()
  .regex(/^(secret:[a-z0-9][a-z0-9._-]*|file:\/.+)$/)
  .describe("secret:<name> in the secrets store, or file:/absolute/path on the appliance");

/** How Slipway becomes root on a machine. */
export const SudoMode = z
  .enum(["none", "passwordless", "password"])
  .describe("none: the user is root already; password: asks with sudoPassword");

/** SSH server that must be passed through to reach the machine (like ssh -J). */
export const JumpHost = z.strictObject({
  address: z.string().min(1),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().min(1).default("root"),
  privateKey: SecretRef.optional(),
  password: SecretRef.optional(),
  hostKey: z.string().optional().describe("SHA256:... fingerprint of the jump host's key"),
});

const fields = {
  user: z.string().min(1),
  port: z.int().min(1).max(65535),
  privateKey: SecretRef.optional(),
  passphrase: SecretRef.optional().describe("Passphrase of the private key"),
  password: SecretRef.optional().describe("Also answers keyboard-interactive prompts"),
  agent: z.boolean().describe("Use the SSH agent of the engine's own environment"),
  sudo: SudoMode,
  sudoPassword: SecretRef.optional().describe("Defaults to password"),
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/)
    .optional()
    .describe("Fingerprint that the machine must show; without it the first one seen is recorded and pinned"),
  jump: JumpHost.optional(),
};

/** How to log in to a machine. Everything has a default, so that an address alone is enough. */
export const SshAccess = z.strictObject({
  ...fields,
  user: fields.user.default("root"),
  port: fields.port.default(22),
  agent: fields.agent.default(false),
  sudo: fields.sudo.default("none"),
});
export type SshAccess = Readonly<z.output<typeof SshAccess>>;

/**
 * What one machine changes of it. Made from the bare fields: `SshAccess.partial()` would fill the defaults in, and so
 * override the cluster's section with them.
 */
export const SshOverride = z.strictObject(fields).partial();
