/**
 * Values that must never be shown. They leave the store only through `get`, and every value that was read or written is
 * known to the redactor from then on.
 */
export interface Secrets {
  /** Encrypts and keeps a value under a name of [a-z0-9._-]. Replaces an earlier one. */
  set(name: string, value: string): Promise<void>;
  /** Rejects with SECRET_NOT_FOUND. */
  get(name: string): Promise<string>;
  /** Names and times only. */
  list(): Promise<readonly { readonly name: string; readonly updatedAt: number }[]>;
  remove(name: string): Promise<void>;
  /** Value behind a SecretRef (`secret:name` or `file:/path`), without a trailing newline for files of passwords. */
  resolve(reference: string): Promise<string>;
}

/** Removes registered secrets from text before it is journalled, logged or sent. */
export interface Redactor {
  /** Registers a value; its base64 and URL-encoded forms are covered too. Values under 4 characters are refused silently. */
  add(value: string): void;
  redact(text: string): string;
  /** The same for every string inside a JSON-like value. */
  redactDeep<T>(value: T): T;
}
