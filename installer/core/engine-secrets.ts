/** Names of secrets that the engine keeps for itself in the store beside the operator's. */
export const engineSecrets = {
  auditKey: "audit-key",
  auditMark: "audit-mark",
  metalTokens: "metal-tokens",
} as const;

const names: ReadonlySet<string> = new Set(Object.values(engineSecrets));

/** Whether a secret is the engine's own: not listed, and not to be set or removed by anybody. */
export const isEngineSecret = (name: string): boolean => names.has(name);
