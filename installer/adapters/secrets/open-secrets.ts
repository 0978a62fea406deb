import { rm } from "node:fs/promises";
import { SlipwayError } from "../../core/contract.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Redactor, Secrets } from "../../core/ports/secrets.ts";
import {
  adoptKeyFile,
  createKeyFile,
  keyFromPassphrase,
  newPassphraseSource,
  PASSPHRASE_COST,
  readKeyFile,
  type PassphraseCost,
} from "./master-key.ts";
import { checkName, parseReference, readSecretFile } from "./reference.ts";
import { decrypt, deriveKeys, encrypt, sealHolds, sealOf, type StoreKeys } from "./sealing.ts";
import {
  readIfThere,
  STORE_VERSION,
  StoreFile,
  StoreHead,
  writePrivately,
  type KeySource,
  type SecretRecord,
} from "./store-file.ts";

/** Where the store and its key are, and who is told about values. */
export interface SecretsOptions {
  /** The store; made at first use. Its folder must exist and be private. */
  readonly path: string;
  /** The key; made at first use. Default: `<path>.key`. Better on another medium than the store. */
  readonly keyFile?: string;
  /** Given: a new store is protected by it, and an existing one may be. */
  readonly passphrase?: string;
  /** What a key from a passphrase costs, for stores and passphrases that are new. */
  readonly passphraseCost?: PassphraseCost;
  readonly redactor: Pick<Redactor, "add">;
  readonly clock: Pick<Clock, "now">;
}

/** Where the key of a store shall come from. */
export type KeyChoice =
  | { readonly kind: "file" }
  | { readonly kind: "passphrase"; readonly passphrase: string };

/** The store, and what only its owner does with it. */
export interface OpenedSecrets extends Secrets {
  readonly protection: "file" | "passphrase";
  /** Encrypts everything anew under a new key; safe to be interrupted at any point. */
  rekey(choice: KeyChoice): Promise<void>;
}

interface Unlocked {
  readonly source: KeySource;
  readonly keys: StoreKeys;
}

/**
 * Opens the secrets store and checks that it is whole. Rejects with SECRETS_LOCKED, SECRETS_UNREADABLE (wrong
 * passphrase or key, or an altered file), SECRETS_NEWER, SECRETS_KEY_UNSAFE or SECRETS_KEY_MISSING.
 */
export const openSecrets = async (options: SecretsOptions): Promise<OpenedSecrets> => {
  const { path, redactor, clock } = options;
  const keyFile = options.keyFile ?? `${path}.key`;
  const cost = options.passphraseCost ?? PASSPHRASE_COST;
  if (options.passphrase !== undefined) redactor.add(options.passphrase);

  const stored = await readStore(path);
  let unlocked = stored && (await unlock(stored, { path, keyFile, passphrase: options.passphrase }));
  let records = new Map<string, SecretRecord>(Object.entries(stored?.secrets ?? {}));
  let queue: Promise<unknown> = Promise.resolve();

  /** Changes wait for each other, so that none works on what another is about to replace. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = queue.then(work);
    queue = run.catch(() => undefined);
    return run;
  };

  const save = async (next: Unlocked, changed: ReadonlyMap<string, SecretRecord>): Promise<void> => {
    const content = {
      format: "slipway-secrets",
      version: STORE_VERSION,
      key: next.source,
      secrets: Object.fromEntries(changed),
    } as const;
    const file: StoreFile = { ...content, seal: sealOf(next.keys, content) };
    try {
      await writePrivately(path, `${JSON.stringify(file, undefined, 2)}\n`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw SlipwayError.of("SECRETS_NOT_WRITTEN", { file: path, problem }, { cause: error });
    }
    unlocked = next;
    records = new Map(changed);
  };

  const newKey = async (choice: KeyChoice, file: string): Promise<Unlocked> => {
    if (choice.kind === "file") {
      const keys = deriveKeys(await createKeyFile(file));
      return { source: { kind: "file", id: keys.id }, keys };
    }
    redactor.add(choice.passphrase);
    const source = newPassphraseSource(cost);
    return { source, keys: deriveKeys(await keyFromPassphrase(choice.passphrase, source)) };
  };

  const firstKey = async (): Promise<Unlocked> => {
    if (options.passphrase !== undefined) {
      return newKey({ kind: "passphrase", passphrase: options.passphrase }, keyFile);
    }
    const existing = await readKeyFile(keyFile);
    if (existing === undefined) return newKey({ kind: "file" }, keyFile);
    const keys = deriveKeys(existing);
    return { source: { kind: "file", id: keys.id }, keys };
  };

  const reveal = (name: string, record: SecretRecord, keys: StoreKeys): string => {
    try {
      const value = decrypt(keys, name, record);
      redactor.add(value);
      return value;
    } catch (error) {
      throw SlipwayError.of(
        "SECRETS_UNREADABLE",
        { file: path, problem: `${name} was altered` },
        { cause: error },
      );
    }
  };

  const get = async (name: string): Promise<string> => {
    const record = records.get(checkName(name));
    if (record === undefined || unlocked === undefined) throw SlipwayError.of("SECRET_NOT_FOUND", { name });
    return reveal(name, record, unlocked.keys);
  };

  return {
    get protection() {
      return unlocked?.source.kind ?? (options.passphrase === undefined ? "file" : "passphrase");
    },

    set: (name, value) => {
      checkName(name);
      redactor.add(value);
      return inTurn(async () => {
        const key = unlocked ?? (await firstKey());
        const version = (records.get(name)?.version ?? 0) + 1;
        const record = encrypt(key.keys, { name, version, updatedAt: clock.now() }, value);
        await save(key, new Map(records).set(name, record));
      });
    },

    get,

    list: async () =>
      [...records]
        .map(([name, { updatedAt }]) => ({ name, updatedAt }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),

    remove: (name) =>
      inTurn(async () => {
        const changed = new Map(records);
        if (!changed.delete(checkName(name)) || unlocked === undefined) {
          throw SlipwayError.of("SECRET_NOT_FOUND", { name });
        }
        await save(unlocked, changed);
      }),

    resolve: async (reference) => {
      const target = parseReference(reference);
      if ("name" in target) return get(target.name);
      const value = await readSecretFile(target.file);
      redactor.add(value);
      return value;
    },

    rekey: (choice) =>
      inTurn(async () => {
        const old = unlocked;
        // The old key file stays until the store no longer needs it; unlocking looks at both.
        const next = await newKey(choice, waitingKey(keyFile));
        const changed = new Map(
          [...records].map(([name, record]) => {
            if (old === undefined) throw new Error("records without a key");
            const value = reveal(name, record, old.keys);
            return [name, encrypt(next.keys, { ...record, name }, value)] as const;
          }),
        );
        await save(next, changed);
        if (choice.kind === "file") await adoptKeyFile(waitingKey(keyFile), keyFile);
        else if (old?.source.kind === "file") await rm(keyFile, { force: true });
      }),
  };
};

/** Name of a key file whose store is about to be written. */
const waitingKey = (keyFile: string): string => `${keyFile}.next`;

const readStore = async (path: string): Promise<StoreFile | undefined> => {
  const unreadable = (problem: string): SlipwayError =>
    SlipwayError.of("SECRETS_UNREADABLE", { file: path, problem });
  const content = await readIfThere(path).catch((error: unknown) => {
    throw unreadable(error instanceof Error ? error.message : String(error));
  });
  if (content === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString("utf8"));
  } catch {
    throw unreadable("it is not a secrets store");
  }
  const head = StoreHead.safeParse(parsed);
  if (!head.success) throw unreadable("it is not a secrets store");
  if (head.data.version > STORE_VERSION) {
    throw SlipwayError.of("SECRETS_NEWER", { file: path, found: head.data.version, known: STORE_VERSION });
  }
  const file = StoreFile.safeParse(parsed);
  if (!file.success) throw unreadable("its content was altered");
  return file.data;
};

const unlock = async (
  file: StoreFile,
  where: { readonly path: string; readonly keyFile: string; readonly passphrase: string | undefined },
): Promise<Unlocked> => {
  const { path, keyFile, passphrase } = where;
  const unreadable = (problem: string): SlipwayError =>
    SlipwayError.of("SECRETS_UNREADABLE", { file: path, problem });
  if (file.key.kind === "passphrase") {
    if (passphrase === undefined) throw SlipwayError.of("SECRETS_LOCKED", { file: path });
    const keys = deriveKeys(await keyFromPassphrase(passphrase, file.key));
    if (!sealHolds(keys, file)) throw unreadable("the passphrase is wrong, or the file was altered");
    return { source: file.key, keys };
  }
  for (const candidate of [keyFile, waitingKey(keyFile)]) {
    const master = await readKeyFile(candidate);
    if (master === undefined) continue;
    const keys = deriveKeys(master);
    if (keys.id !== file.key.id) continue;
    if (!sealHolds(keys, file)) throw unreadable("the file was altered");
    // A change of keys was interrupted between writing the store and naming its key.
    if (candidate !== keyFile) await adoptKeyFile(candidate, keyFile);
    return { source: file.key, keys };
  }
  if ((await readKeyFile(keyFile)) === undefined)
    throw SlipwayError.of("SECRETS_KEY_MISSING", { file: keyFile });
  throw unreadable(`${keyFile} is not its key`);
};
