import { createHash, createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import ssh2, { type ParsedKey } from "ssh2";
import type { SshAccess } from "../../contract/spec/access.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { Redactor, Secrets } from "../../core/ports/index.ts";
import { fingerprint } from "./fingerprint.ts";

/** One way to prove who we are, in the order they are tried. */
export type Credential =
  | { readonly kind: "key"; readonly label: string; readonly key: ParsedKey }
  | { readonly kind: "agent"; readonly label: string; readonly socket: string }
  | { readonly kind: "password"; readonly label: string; readonly password: string };

/** The parts of an ssh section that say how to log in; a jump host has the same. */
export type LoginSpec = Partial<Pick<SshAccess, "user" | "privateKey" | "passphrase" | "password" | "agent">>;

/** What the engine's own environment offers besides the spec. */
export interface CredentialSources {
  readonly secrets: Secrets;
  readonly redactor: Redactor;
  /** Path of the SSH agent's socket, if there is one. */
  readonly agentSocket?: string | undefined;
  /** Private key files to try when the spec names no way to log in. */
  readonly defaultKeys?: readonly string[] | undefined;
}

/** Turns references of a spec into things ssh2 can use, and keeps parsed keys: an encrypted one costs a second to open. */
export class Credentials {
  readonly #sources: CredentialSources;
  readonly #parsed = new Map<string, ParsedKey>();

  constructor(sources: CredentialSources) {
    this.#sources = sources;
  }

  /** Keys first, then the agent, then the password. Rejects with SSH_KEY_UNREADABLE, or the secrets store's errors. */
  async of(spec: LoginSpec): Promise<readonly Credential[]> {
    const found: Credential[] = [];
    if (spec.privateKey !== undefined) {
      found.push(await this.#key(spec.privateKey, await this.#optional(spec.passphrase)));
    }
    const agent = this.#sources.agentSocket;
    if (spec.agent === true) {
      if (agent === undefined) {
        throw SlipwayError.of("SSH_KEY_UNREADABLE", {
          key: "ssh-agent",
          problem: "no agent in the engine's environment (SSH_AUTH_SOCK)",
        });
      }
      found.push({ kind: "agent", label: "agent", socket: agent });
    }
    const password = await this.password(spec.password);
    if (password !== undefined) found.push({ kind: "password", label: "password", password });
    return found.length > 0 ? found : this.#defaults();
  }

  /** Value of a password reference, known to the redactor from now on. */
  async password(reference: string | undefined): Promise<string | undefined> {
    const value = await this.#optional(reference);
    if (value !== undefined) this.#sources.redactor.add(value);
    return value;
  }

  async #optional(reference: string | undefined): Promise<string | undefined> {
    return reference === undefined ? undefined : this.#sources.secrets.resolve(reference);
  }

  async #defaults(): Promise<readonly Credential[]> {
    const found: Credential[] = [];
    const agent = this.#sources.agentSocket;
    for (const path of this.#sources.defaultKeys ?? []) {
      const pem = await readFile(path, "utf8").catch(() => undefined);
      if (pem === undefined) continue;
      const key = parse(pem, undefined);
      if (!(key instanceof Error)) found.push({ kind: "key", label: label(key), key });
    }
    if (agent !== undefined) found.push({ kind: "agent", label: "agent", socket: agent });
    return found;
  }

  async #key(reference: string, passphrase: string | undefined): Promise<Credential> {
    const pem = await this.#sources.secrets.resolve(reference);
    if (passphrase !== undefined) this.#sources.redactor.add(passphrase);
    const id = createHash("sha256")
      .update(`${pem}\0${passphrase ?? ""}`)
      .digest("hex");
    const key = this.#parsed.get(id) ?? parse(pem, passphrase);
    if (key instanceof Error) {
      throw SlipwayError.of("SSH_KEY_UNREADABLE", { key: reference, problem: key.message });
    }
    this.#parsed.set(id, key);
    return { kind: "key", label: label(key), key };
  }
}

const label = (key: ParsedKey): string => `key ${fingerprint(key.getPublicSSH())}`;

const parse = (pem: string, passphrase: string | undefined): ParsedKey | Error => {
  const key = ssh2.utils.parseKey(pem.endsWith("\n") ? pem : `${pem}\n`, passphrase);
  const parsed =
    key instanceof Error && /BEGIN (ENCRYPTED )?PRIVATE KEY/.test(pem) ? fromPkcs8(pem, passphrase) : key;
  const single = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
  if (single instanceof Error) return new Error(plain(single.message));
  return single.isPrivateKey() ? single : new Error("it is a public key");
};

/** ssh2 reads the OpenSSH and the older PEM forms only; RSA and EC keys in PKCS#8 are turned into those. */
const fromPkcs8 = (pem: string, passphrase: string | undefined): ParsedKey | Error => {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1";
    return ssh2.utils.parseKey(key.export({ type, format: "pem" }));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const plain = (message: string): string => {
  if (/no passphrase given|passphrase required|interrupted or cancelled/i.test(message)) {
    return "it is encrypted and no passphrase is given";
  }
  if (/integrity check failed|bad decrypt|bad passphrase/i.test(message)) return "the passphrase is wrong";
  if (/Unsupported key format/i.test(message)) return "it is not a private key in OpenSSH or PEM form";
  return message;
};
