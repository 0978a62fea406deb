/** What a certificate says (RFC 5280), as far as operators ask. */
export interface CertificateReading {
  readonly subject: string;
  readonly issuer: string;
  /** Hex. */
  readonly serial: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** DER tags (X.690, 8). */
const CONTEXT_0 = 0xa0;
const OBJECT_IDENTIFIER = 0x06;
const GENERALIZED_TIME = 0x18;

/** The elements that stand one after the other in the bytes. @throws Error when they end too early. */
const elementsOf = (bytes: Uint8Array): readonly Element[] => {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1];
    if (first === undefined) throw new Error("DER ends too early");
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    let length = first < 0x80 ? first : 0;
    for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at + 2 + index] ?? 0);
    const begin = at + 2 + lengthBytes;
    if (begin + length > bytes.length) throw new Error("DER ends too early");
    found.push({ tag, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return found;
};

/** Names of attributes that certificates of clusters use (RFC 4514, section 3). */
const attributes: Readonly<Record<string, string>> = { "55 4 3": "CN", "55 4 a": "O", "55 4 b": "OU" };

const nameText = (name: Uint8Array): string =>
  elementsOf(name)
    .flatMap(({ content }) => elementsOf(content))
    .map(({ content }) => {
      const [type, value] = elementsOf(content);
      if (type?.tag !== OBJECT_IDENTIFIER || value === undefined) return "?";
      const id = [...type.content].map((byte) => byte.toString(16)).join(" ");
      return `${attributes[id] ?? id}=${new TextDecoder().decode(value.content)}`;
    })
    .join(", ");

/** UTCTime counts years from 1950 to 2049 with two digits (RFC 5280, 4.1.2.5). */
const timeOf = ({ tag, content }: Element): number => {
  const digits = String.fromCharCode(...content);
  const full =
    tag === GENERALIZED_TIME ? digits : `${Number(digits.slice(0, 2)) < 50 ? "20" : "19"}${digits}`;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

const read = (der: Uint8Array): CertificateReading | undefined => {
  const [certificate] = elementsOf(der);
  const [tbs] = elementsOf(certificate?.content ?? new Uint8Array());
  const fields = elementsOf(tbs?.content ?? new Uint8Array());
  const [serial, , issuer, validity, subject] = fields[0]?.tag === CONTEXT_0 ? fields.slice(1) : fields;
  const [from, until] = elementsOf(validity?.content ?? new Uint8Array());
  if (serial === undefined || issuer === undefined || subject === undefined) return undefined;
  if (from === undefined || until === undefined) return undefined;
  const reading = {
    subject: nameText(subject.content),
    issuer: nameText(issuer.content),
    serial: [...serial.content].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    notBefore: timeOf(from),
    notAfter: timeOf(until),
  };
  return Number.isFinite(reading.notBefore) && Number.isFinite(reading.notAfter) ? reading : undefined;
};

/** Reads the first certificate of a PEM text; undefined when there is none, or none that can be read. */
export const readCertificate = (pem: string): CertificateReading | undefined => {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  try {
    return read(Uint8Array.from(atob(body.replaceAll(/\s/g, "")), (letter) => letter.charCodeAt(0)));
  } catch {
    return undefined;
  }
};
