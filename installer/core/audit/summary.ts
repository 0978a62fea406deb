/** What an audit entry says about a call's input. */
export interface Summary {
  /** What the call is about, in a word. */
  readonly object: string;
  /** The rest, as JSON. */
  readonly about: string;
}

/** Longest text of one field, and of a whole summary. */
const LONGEST = { field: 300, summary: 4000 } as const;

/**
 * Fields of inputs that may be written down. A list of what may, not of what must not: a field that is added to the
 * contract is left out until somebody has thought about it.
 */
const shown: ReadonlySet<string> = new Set(
  `action addresses address agent architecture architectures arch cluster clusters components confirmation count days
   dryRun endpoint fault file fingerprint folder force format from grants id interface kind key keyId limit listen
   locations machine machines name namespace newer node older operation outcome parallel parameters path phase pod
   prefix reason reference release repair replicas role roles scopes site since state target text to type unsigned until
   user version whose why workflow terminal recording container debug`.split(/\s+/),
);

/** Fields whose value names what a call is about, the best first. */
const naming = [
  "cluster",
  "name",
  "user",
  "id",
  "reference",
  "endpoint",
  "machine",
  "key",
  "release",
  "workflow",
] as const;

/** Keeps what is fit to be kept of an input: names and choices, no content and no secrets. Pure. */
export const summaryOf = (input: unknown, cluster: string | undefined): Summary => {
  const fields = isRecord(input) ? input : {};
  const named = naming
    .map((field) => fields[field])
    .find((value): value is string => typeof value === "string");
  const kept = pruned(fields, 0);
  const about = JSON.stringify(kept ?? {});
  return {
    object: cut(cluster ?? named ?? "", LONGEST.field),
    about: about.length > LONGEST.summary ? `${about.slice(0, LONGEST.summary)}…` : about,
  };
};

const pruned = (value: unknown, depth: number): unknown => {
  if (typeof value === "string") return cut(value, LONGEST.field);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (depth > 3) return undefined;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => pruned(item, depth + 1));
  if (!isRecord(value)) return undefined;
  const isSpec = typeof value["file"] === "string" && typeof value["text"] === "string";
  return Object.fromEntries(
    Object.entries(value)
      // Below `clusters` and `parameters` the keys are names, not fields.
      .filter(([key]) => shown.has(key) || key === "spec" || depth > 1)
      .filter(([key]) => !(isSpec && key === "text"))
      .map(([key, item]) => [key, pruned(item, depth + 1)]),
  );
};

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
