/** DER tags of GeneralName (RFC 5280, 4.2.1.6). */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Object identifier 2.5.29.17, subjectAltName, as DER writes it. */
const subjectAltName = [0x06, 0x03, 0x55, 0x1d, 0x11];

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly end: number;
}

/** One element of DER (X.690, 8.1); undefined when the bytes end too early. */
const elementAt = (bytes: Uint8Array, at: number): Element | undefined => {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const begin = at + 2 + lengthBytes;
  const end = begin + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(begin, end), end };
};

const elements = (bytes: Uint8Array): readonly Element[] => {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (element === undefined) break;
    found.push(element);
    at = element.end;
  }
  return found;
};

const nameOf = ({ tag, content }: Element): string => {
  if (tag === DNS_NAME) return String.fromCharCode(...content);
  if (tag === IP_ADDRESS && content.length === 4) return content.join(".");
  return `${tag.toString(16)}:${[...content].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};

/**
 * Every alternative name that a certificate signing request asks for (PKCS #10, PEM). Names of kinds other than DNS and
 * IPv4 come out in hex, so that they equal no machine's. Empty when there are none or the text is no request.
 */
export const requestedNames = (pem: string): readonly string[] => {
  const body = pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const names: string[] = [];
  for (let at = 0; at + subjectAltName.length < bytes.length; at++) {
    if (!subjectAltName.every((byte, index) => bytes[at + index] === byte)) continue;
    const value = elementAt(bytes, at + subjectAltName.length);
    const sequence = value === undefined ? undefined : elementAt(value.content, 0);
    if (sequence !== undefined) names.push(...elements(sequence.content).map(nameOf));
  }
  return names;
};
