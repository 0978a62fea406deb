import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED } from "./redact.ts";

const withSecrets = (...values: readonly string[]) => {
  const redactor = createRedactor();
  for (const value of values) redactor.add(value);
  return redactor;
};

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a registered secret", () => {
  const secret = 'S3cr"et/päss wörd+?';
  const forms: readonly (readonly [string, string])[] = [
    ["as it is", secret],
    ["in JSON", JSON.stringify({ x: secret })],
    ["in JSON inside JSON", JSON.stringify(JSON.stringify({ x: secret }))],
    ["in a URL", `https://h/?q=${encodeURIComponent(secret)}`],
    ["in a form", new URLSearchParams({ q: secret }).toString()],
    ["in base64", base64(secret)],
    ["in base64 after one byte", base64(`u${secret}`)],
    ["in base64 after two bytes", base64(`me${secret}x`)],
    ["in base64 as in a basic header", base64(`admin:${secret}`)],
    ["in base64url", Buffer.from(secret).toString("base64url")],
    ["in hex", Buffer.from(secret).toString("hex")],
  ];

  test.for(forms)("is removed %s", ([, text]) => {
    const clean = withSecrets(secret).redact(`before ${text} after`);
    expect(clean).toContain(REDACTED);
    // Nothing as long as eight characters of what carried the secret is left.
    const carrier = text.replaceAll(/^.*(?:q=|\{)/g, "");
    for (let at = 0; at + 12 <= carrier.length; at += 1)
      expect(clean).not.toContain(carrier.slice(at, at + 12));
  });

  test("does not hide behind another one that overlaps it", () => {
    expect(withSecrets("abcdefgh", "efghijkl").redact("x abcdefghijkl y")).toBe(`x ${REDACTED} y`);
  });

  test("of several lines is removed line by line", () => {
    const key = "first line of the key\nsecond line of the key\n";
    expect(withSecrets(key).redact("> second line of the key")).toBe(`> ${REDACTED}`);
  });

  test("of a key file is removed from wrapped base64 too", () => {
    const key = Array.from({ length: 20 }, (_, line) => `line ${line} of a long private key`).join("\n");
    const wrapped = (base64(key).match(/.{1,76}/g) ?? []).join("\n");
    const clean = withSecrets(key).redact(wrapped);
    expect(clean.replaceAll(REDACTED, "").trim().length).toBeLessThan(16);
  });

  test("under four characters is refused, for it would blank ordinary text", () => {
    expect(withSecrets("a", "abc", "  a ").redact("a b abc")).toBe("a b abc");
  });

  test("is removed from every string of a value, long keys included, while short keys stay", () => {
    const redactor = withSecrets("host", "hunter2-hunter2");
    expect(
      redactor.redactDeep({
        host: ["my host", 7, null, true],
        nested: { "user hunter2-hunter2": undefined },
      }),
    ).toEqual({ host: [`my ${REDACTED}`, 7, null, true], nested: { [`user ${REDACTED}`]: undefined } });
  });
});

describe("text that looks like a secret", () => {
  const samples: readonly (readonly [string, string])[] = [
    ["Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ["mysql --password=hunter2 -u root", "hunter2"],
    ['{"password":"hunter two"}', "hunter two"],
    ["db_password: hunter2", "hunter2"],
    ["API_KEY=abcdef", "abcdef"],
    ["kubeadm join --token abcdef.0123456789abcdef", "0123456789abcdef"],
    [`--certificate-key ${"ab12".repeat(16)}`, "ab12ab12"],
    ["fetch http://me:hunter2@mirror/x", "hunter2"],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "AAAA"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\ncut off", "MIIE"],
  ];

  test.for(samples)("is removed from: %s", ([text, secret]) => {
    expect(createRedactor().redact(text)).not.toContain(secret);
  });

  test.for([
    "sudoPassword: secret:lab-root",
    "privateKey: file:/root/.ssh/id_ed25519",
    "the token expired",
    "PasswordAuthentication no",
    "host key SHA256:AbCdEf0123456789AbCdEf0123456789AbCdEf01234",
    "https://registry:5000/v2/x@sha256:abc",
    "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
  ])("is not mistaken for one in: %s", (text) => {
    expect(createRedactor().redact(text)).toBe(text);
  });
});

describe("a stream", () => {
  const cut = (text: string, sizes: readonly number[]): string[] => {
    const chunks: string[] = [];
    let at = 0;
    for (const size of sizes) {
      chunks.push(text.slice(at, at + size));
      at += size;
    }
    return [...chunks, text.slice(at)];
  };
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXk\n".repeat(9)}-----END OPENSSH PRIVATE KEY-----`;
  const line = fc.constantFrom(
    "plain words ",
    "ok\n",
    "hunter2-secret",
    "hunter2-",
    "Bearer abcdefghijkl ",
    "password=letmein9 ",
    `${key}\n`,
    "abcabcabcd",
  );

  test("shows no secret however it is cut, and loses nothing else", () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 0, max: 40 })), (lines, sizes) => {
        const redactor = withSecrets("hunter2-secret", "abcabcabcd");
        const text = lines.join("");
        const stream = redactor.stream();
        const shown =
          cut(text, sizes)
            .map((chunk) => stream.push(chunk))
            .join("") + stream.end();
        for (const secret of ["hunter2-secret", "abcabcabcd", "abcdefghijkl", "letmein9", "b3BlbnNz"]) {
          expect(shown).not.toContain(secret);
        }
        const plain = (value: string): number => value.split("plain words").length;
        expect(plain(shown)).toBe(plain(text));
      }),
      { numRuns: 300 },
    );
  });

  test("shows finished lines at once", () => {
    const stream = withSecrets("hunter2-secret").stream();
    expect(stream.push("line one\nline two\nhun")).toBe("line one\nline two\n");
    expect(stream.push("ger\n")).toBe("hunger\n");
  });

  test("keeps no more than a bound of a line that never ends", () => {
    const stream = withSecrets("hunter2-secret").stream();
    let shown = 0;
    for (let n = 0; n < 100; n += 1) shown += stream.push("x".repeat(1_000)).length;
    expect(shown).toBeGreaterThan(80_000);
  });
});
