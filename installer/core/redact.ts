import type { Redactor } from "./ports/secrets.ts";
import { SHORTEST_SECRET, secretForms } from "./secret-forms.ts";
import { SecretIndex, type Span } from "./secret-index.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Output that arrives in pieces, cleaned so that a secret cut in two by a piece's end is still found. */
export interface RedactingStream {
  /** The part of the text so far that is safe to show; the rest is kept until more is known. */
  push(chunk: string): string;
  /** What was kept, when nothing more comes. */
  end(): string;
}

/** A redactor that can also follow a stream. */
export interface StreamingRedactor extends Redactor {
  stream(): RedactingStream;
}

// "secret:name" is a reference, not the word.
const WORDS =
  "password|passwd|passphrase|secret(?!:[a-z0-9])|token|api[_-]?key|private[_-]?key|certificate[_-]?key";

const KEY_BLOCK = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
const CREDENTIAL_HEADER = /\b(bearer|basic)(\s+)[\w.~+/-]{8,}=*/gi;
// A reference to a secret (secret:name, file:/path) is no secret, and saying which one is meant helps.
const ASSIGNMENT = new RegExp(
  String.raw`((?:${WORDS})\\?["']?(?:\s*=\s*|:\s*|\s+(?=\S{16})))(?!(?:\\?["'])?(?:secret:[a-z0-9]|file:/|\[redacted\]))(?:\\?"[^"\\\n]{3,}|\\?'[^'\n]{3,}|[^\s"',;&\\]{3,})`,
  "gi",
);
const URL_PASSWORD = /(:\/\/[^\s:@/]+:)[^\s@/]+(?=@)/g;
const JOIN_TOKEN = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g;

/** Names whose value is a secret whatever it looks like. */
const SECRET_NAME = /^(?:password|passphrase|sudoPassword|privateKey|secret|token)$/i;
const REFERENCE = /^(?:secret:[a-z0-9]|file:\/)/;

/** Keys shorter than this are names of fields, not data: a password that equals one must not break the data. */
const SHORTEST_KEY = 12;

/** The most text a stream keeps back for something that looks like the beginning of a secret. */
const LONGEST_TAIL = 16_384;

/**
 * Makes a redactor that knows no secret yet. Apart from those it is told, it removes what is a secret by its looks:
 * private keys, bearer tokens, `password=...`, credentials inside URLs, bootstrap tokens. Pure: no I/O, no clock.
 */
export const createRedactor = (): StreamingRedactor => {
  const index = new SecretIndex();

  const redact = (text: string): string => hideByLooks(hide(text, index.find(text)));

  const redactDeep = <T>(value: T): T => clean(value, { redact, index }) as T;

  return {
    add: (value) => {
      if (value.trim().length < SHORTEST_SECRET) return;
      for (const form of secretForms(value)) index.add(form);
    },
    redact,
    redactDeep,
    stream: () => createStream(index, redact),
  };
};

/** Replaces the spans of a text. */
const hide = (text: string, spans: readonly Span[]): string => {
  if (spans.length === 0) return text;
  let result = "";
  let from = 0;
  for (const [start, end] of spans) {
    result += text.slice(from, start) + REDACTED;
    from = end;
  }
  return result + text.slice(from);
};

const hideByLooks = (text: string): string =>
  text
    .replaceAll(KEY_BLOCK, REDACTED)
    .replaceAll(CREDENTIAL_HEADER, `$1$2${REDACTED}`)
    .replaceAll(ASSIGNMENT, `$1${REDACTED}`)
    .replaceAll(URL_PASSWORD, `$1${REDACTED}`)
    .replaceAll(JOIN_TOKEN, REDACTED);

const clean = (
  value: unknown,
  by: { readonly redact: (text: string) => string; readonly index: SecretIndex },
): unknown => {
  if (typeof value === "string") return by.redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, by));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.length < SHORTEST_KEY ? key : hide(key, by.index.find(key)),
      SECRET_NAME.test(key) && typeof item === "string" && !REFERENCE.test(item) ? REDACTED : clean(item, by),
    ]),
  );
};

/** A word that announces a secret, with what has come after it so far, at the end of a text. */
const ANNOUNCED = new RegExp(
  String.raw`(?:bearer|basic|${WORDS})\\?["']?\s*[:=]?\s*\\?["']?[^\s"',;&]*$`,
  "i",
);
const OPEN_KEY_BLOCK = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?![\s\S]*-----END [A-Z0-9 ]*PRIVATE KEY-----)/;
const BEGUN_KEY_BLOCK = /-----BEGIN [A-Z0-9 ]*-*$/;
const LAST_WORD = /\S{1,256}$/;
const END_OF_KEY_BLOCK = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;

/** Where the last thing begins that could still turn out to be a secret. */
const uncertainFrom = (text: string, index: SecretIndex): number => {
  const tailStart = Math.max(0, text.length - 512);
  const tail = text.slice(tailStart);
  const candidates = [ANNOUNCED, BEGUN_KEY_BLOCK, LAST_WORD]
    .map((pattern) => tail.search(pattern))
    .filter((at) => at !== -1)
    .map((at) => tailStart + at);
  return Math.min(text.length, index.unfinished(text), ...candidates);
};

const createStream = (index: SecretIndex, redact: (text: string) => string): RedactingStream => {
  let kept = "";
  let insideKey = false;

  /** Shows `kept` up to `cut`, but never cuts through something that was found. */
  const release = (cut: number): string => {
    const span = index.find(kept).find(([start, end]) => start < cut && cut < end);
    const at = span === undefined ? cut : span[0];
    const shown = redact(kept.slice(0, at));
    kept = kept.slice(at);
    return shown;
  };

  /** Swallows a private key until its end line has come; what follows is ordinary again. */
  const leaveKey = (): boolean => {
    const end = END_OF_KEY_BLOCK.exec(kept);
    if (end === null) {
      kept = kept.slice(-64);
      return false;
    }
    kept = kept.slice(end.index + end[0].length);
    insideKey = false;
    return true;
  };

  return {
    push: (chunk) => {
      kept += chunk;
      if (insideKey && !leaveKey()) return "";
      const key = OPEN_KEY_BLOCK.exec(kept);
      if (key !== null) {
        const shown = redact(kept.slice(0, key.index)) + REDACTED;
        kept = kept.slice(key.index + key[0].length);
        insideKey = true;
        return shown;
      }
      const cut = uncertainFrom(kept, index);
      return release(kept.length - cut > LONGEST_TAIL + index.longest ? kept.length - index.longest : cut);
    },
    end: () => {
      const shown = insideKey ? "" : redact(kept);
      kept = "";
      return shown;
    },
  };
};
