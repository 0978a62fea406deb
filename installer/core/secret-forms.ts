/** Shortest value that is worth looking for: anything shorter would blank ordinary text. */
export const SHORTEST_SECRET = 4;

/** Shortest fragment (a line of a key, the inside of a base64 text) that still tells one secret from chance. */
const SHORTEST_FRAGMENT = 8;

/** Lines of long secrets are printed one by one, so each long one counts as a secret of its own. */
const SHORTEST_LINE = 16;

/** Widths at which tools wrap base64: PEM and MIME. */
const WRAPS = [64, 76];

/**
 * The part of a base64 text that depends on `bytes` alone when they stand `offset` bytes after a multiple of three
 * in a longer text: what `user:password` looks like in an Authorization header, for instance.
 */
const insideBase64 = (bytes: Uint8Array, offset: number): string => {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor((padded.length * 8) / 6);
  return padded.toString("base64").slice(first, end);
};

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

const inUrl = (value: string): readonly string[] => {
  // A lone surrogate cannot be written in a URL at all.
  if (!value.isWellFormed()) return [];
  const encoded = encodeURIComponent(value);
  const strict = encoded.replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const lower = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const form = strict.replaceAll("%20", "+");
  return [encoded, strict, form, lower(encoded), lower(strict), lower(form)];
};

const wrapped = (base64: string): readonly string[] =>
  WRAPS.flatMap((width) =>
    base64.length <= width ? [] : (base64.match(new RegExp(`.{1,${width}}`, "g")) ?? []),
  ).filter((line) => line.length >= SHORTEST_LINE);

/** Every way in which a secret may show up in text: as it is, escaped, or encoded. */
export const secretForms = (value: string): ReadonlySet<string> => {
  const bytes = Buffer.from(value, "utf8");
  const whole = bytes.toString("base64");
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const fragments = [
    ...[0, 1, 2].map((offset) => insideBase64(bytes, offset)),
    ...wrapped(whole),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
  ].filter((fragment) => fragment.length >= SHORTEST_FRAGMENT);
  const forms = [
    value,
    value.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE) : []),
    inJson(value),
    inJson(inJson(value)),
    value.replaceAll("'", String.raw`'\''`),
    ...inUrl(value),
    whole,
    ...fragments,
  ];
  const both = forms.concat(
    [whole, ...fragments].map((form) => form.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")),
  );
  return new Set(both.filter((form) => form.length >= SHORTEST_SECRET));
};
