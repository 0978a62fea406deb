import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { SlipwayError } from "../../contract/errors/index.ts";
import { createSiteCa } from "./site-ca.ts";

const DAY = 86_400_000;

const store = (kept = new Map<string, string>()) => {
  let now = Date.now();
  const known: string[] = [];
  const ca = () =>
    createSiteCa({
      secrets: {
        get: async (name) => {
          const value = kept.get(name);
          if (value === undefined) throw SlipwayError.of("SECRET_NOT_FOUND", { name });
          return value;
        },
        set: async (name, value) => void kept.set(name, value),
      },
      redactor: { add: (value) => void known.push(value) },
      clock: { now: () => now },
    });
  return { ca, kept, known, pass: (ms: number) => void (now += ms) };
};

const wanted = { commonName: "registry", dnsNames: ["m1"], addresses: ["127.0.0.1"], days: 365 };

describe("the site CA", () => {
  test("is made once and is the same for the next engine", async () => {
    const { ca, kept } = store();
    const first = ca();
    const [one, other] = await Promise.all([first.certificate(), first.certificate()]);
    expect(one).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(other).toBe(one);
    expect(await ca().certificate()).toBe(one);
    expect([...kept.keys()]).toEqual(["site-ca"]);
  });

  test("issues certificates that a TLS client that trusts only this CA accepts, by address", async () => {
    const { ca } = store();
    const { certificate, privateKey } = await ca().issue(wanted);
    const server = createServer({ cert: certificate, key: privateKey }, (_, answer) => answer.end("yes"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const ask = (authority: string): Promise<string> =>
      new Promise((resolve, reject) => {
        request({ host: "127.0.0.1", port, ca: authority }, (answer) => {
          answer.setEncoding("utf8").on("data", resolve);
        })
          .on("error", reject)
          .end();
      });
    expect(await ask(await ca().certificate())).toBe("yes");
    await expect(ask(await store().ca().certificate())).rejects.toThrow(/unable to verify/);
    server.close();
    server.closeAllConnections();
  });

  test("recognises its own certificates with their names, and no others", async () => {
    const { ca } = store();
    const { certificate } = await ca().issue(wanted);
    expect(await ca().inspect(certificate)).toMatchObject({
      issuedHere: true,
      dnsNames: ["m1"],
      addresses: ["127.0.0.1"],
    });
    expect(await store().ca().inspect(certificate)).toMatchObject({ issuedHere: false });
    expect(await ca().inspect("hello")).toBeUndefined();
  });

  test("never lets a certificate outlive itself, and begins each a day early", async () => {
    const { ca } = store();
    const authority = ca();
    const own = await authority.inspect(await authority.certificate());
    const { notAfter } = await authority.issue({ ...wanted, days: 100_000 });
    expect(notAfter).toBe(own?.notAfter);
    const view = await authority.inspect((await authority.issue(wanted)).certificate);
    expect(view?.notBefore).toBeLessThan(Date.now() - DAY + 60_000);
  });

  test("vouches for nothing once it has expired itself", async () => {
    const { ca, pass } = store();
    const { certificate } = await ca().issue(wanted);
    pass(3651 * DAY);
    expect(await ca().inspect(certificate)).toMatchObject({ issuedHere: false });
  });

  test("tells the redactor each private key it hands out", async () => {
    const { ca, known } = store();
    const { privateKey } = await ca().issue(wanted);
    expect(known).toContain(privateKey.trim());
  });

  test("refuses to go on from a damaged store instead of making a second CA", async () => {
    const { ca } = store(new Map([["site-ca", '{"certificate":"x"}']]));
    await expect(ca().certificate()).rejects.toMatchObject({ code: "SITE_CA_UNUSABLE" });
  });
});
