import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { temporaryFolder } from "../../../test/support/journal-samples.ts";
import { expectNoSecretIn } from "../../../test/support/no-secret.ts";
import { createRedactor } from "../../core/redact.ts";
import { openSecrets, type OpenedSecrets, type SecretsOptions } from "./open-secrets.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let key: string;
const cheap = { memoryKiB: 8_192, iterations: 1, lanes: 1 };
const value = "hunter2-hunter2";

const open = (more: Partial<SecretsOptions> = {}): Promise<OpenedSecrets> =>
  openSecrets({ path, redactor: createRedactor(), clock: new FakeClock(), passphraseCost: cheap, ...more });

/** Changes the stored file as somebody with access to the disk could. */
const alter = (change: (file: Record<string, Record<string, Record<string, unknown>>>) => void): void => {
  const file = JSON.parse(readFileSync(path, "utf8")) as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  change(file);
  writeFileSync(path, JSON.stringify(file));
};

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "secrets.json");
  key = `${path}.key`;
});

afterEach(() => folder[Symbol.dispose]());

describe("the secrets store", () => {
  test("gives back what it was given, after a restart too, and writes none of it in the clear", async () => {
    const secrets = await open();
    await Promise.all([secrets.set("lab-root", value), secrets.set("constructor", "päss\nwörd")]);
    const again = await open();
    expect(await again.get("lab-root")).toBe(value);
    expect(await again.get("constructor")).toBe("päss\nwörd");
    expect((await again.list()).map(({ name }) => name)).toEqual(["constructor", "lab-root"]);
    expectNoSecretIn(folder.path, [value, "päss\nwörd"]);
    expect([statSync(path).mode & 0o777, statSync(key).mode & 0o777]).toEqual([0o600, 0o600]);
    expect(statSync(key).size).toBe(32);
  });

  test("touches the disk only when there is something to keep", async () => {
    const secrets = await open();
    expect(await secrets.list()).toEqual([]);
    expect(existsSync(path) || existsSync(key)).toBe(false);
  });

  test("says when there is no such secret", async () => {
    const secrets = await open();
    await secrets.set("one", value);
    await secrets.remove("one");
    await expect(secrets.get("one")).rejects.toMatchObject({
      code: "SECRET_NOT_FOUND",
      params: { name: "one" },
    });
    await expect(secrets.remove("one")).rejects.toMatchObject({ code: "SECRET_NOT_FOUND" });
    await expect(secrets.get("toString")).rejects.toMatchObject({ code: "SECRET_REFERENCE_INVALID" });
  });

  test("tells the redactor every value that is written or read", async () => {
    const writing = createRedactor();
    await (await open({ redactor: writing })).set("one", value);
    expect(writing.redact(`x ${value}`)).not.toContain(value);
    const reading = createRedactor();
    await (await open({ redactor: reading })).get("one");
    expect(reading.redact(`x ${value}`)).not.toContain(value);
  });

  test("resolves references to its names and to files, without the line end of a password file", async () => {
    const secrets = await open();
    await secrets.set("one", value);
    const file = join(folder.path, "password");
    writeFileSync(file, "line\n");
    const keyFile = join(folder.path, "id");
    writeFileSync(keyFile, "a\nb\n");
    expect(await secrets.resolve("secret:one")).toBe(value);
    expect(await secrets.resolve(`file:${file}`)).toBe("line");
    expect(await secrets.resolve(`file:${keyFile}`)).toBe("a\nb\n");
    await expect(secrets.resolve(`file:${file}.no`)).rejects.toMatchObject({
      code: "SECRET_FILE_UNREADABLE",
    });
    await expect(secrets.resolve("file:relative")).rejects.toMatchObject({
      code: "SECRET_REFERENCE_INVALID",
    });
    await expect(secrets.resolve(value)).rejects.toMatchObject({
      code: "SECRET_REFERENCE_INVALID",
      params: { reference: "***" },
    });
  });
});

describe("a key file", () => {
  test.for([
    ["that others may read", () => chmodSync(key, 0o640)],
    ["that is a link", () => (renameSync(key, `${key}.real`), symlinkSync(`${key}.real`, key))],
    ["of the wrong size", () => writeFileSync(key, "short")],
  ] as const)("%s is refused", async ([, spoil]) => {
    await (await open()).set("one", value);
    spoil();
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_KEY_UNSAFE" });
  });

  test("that is missing is not replaced by a new one", async () => {
    await (await open()).set("one", value);
    renameSync(key, `${key}.away`);
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_KEY_MISSING" });
    expect(existsSync(key)).toBe(false);
  });

  test("of another store does not open this one", async () => {
    await (await open()).set("one", value);
    writeFileSync(key, Buffer.alloc(32, 7));
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_UNREADABLE" });
  });
});

describe("a passphrase", () => {
  test("opens the store, a wrong one and none do not", async () => {
    await (await open({ passphrase: "correct horse" })).set("one", value);
    expect(existsSync(key)).toBe(false);
    expect(await (await open({ passphrase: "correct horse" })).get("one")).toBe(value);
    await expect(open({ passphrase: "correct mule" })).rejects.toMatchObject({ code: "SECRETS_UNREADABLE" });
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_LOCKED" });
    expectNoSecretIn(folder.path, [value, "correct horse"]);
  });

  test("can take the place of a key file, and give it back", async () => {
    const secrets = await open();
    await secrets.set("one", value);
    await secrets.set("two", "another value");
    await secrets.rekey({ kind: "passphrase", passphrase: "correct horse" });
    expect(secrets.protection).toBe("passphrase");
    expect(existsSync(key)).toBe(false);
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_LOCKED" });
    const protectedStore = await open({ passphrase: "correct horse" });
    expect(await protectedStore.get("two")).toBe("another value");
    await protectedStore.rekey({ kind: "file" });
    const back = await open();
    expect([await back.get("one"), await back.get("two")]).toEqual([value, "another value"]);
  });

  test("a change of key files that was interrupted before its last step is finished at the next start", async () => {
    const secrets = await open();
    await secrets.set("one", value);
    const old = readFileSync(key);
    await secrets.rekey({ kind: "file" });
    renameSync(key, `${key}.next`);
    writeFileSync(key, old, { mode: 0o600 });
    expect(await (await open()).get("one")).toBe(value);
    expect(existsSync(`${key}.next`)).toBe(false);
    expect(readFileSync(key).equals(old)).toBe(false);
  });
});

describe("an altered store", () => {
  const alterations: readonly (readonly [string, Parameters<typeof alter>[0]])[] = [
    [
      "with two values exchanged",
      (file) => {
        const { secrets } = file;
        if (secrets?.["one"] !== undefined && secrets["two"] !== undefined) {
          [secrets["one"], secrets["two"]] = [secrets["two"], secrets["one"]];
        }
      },
    ],
    ["with a value removed", (file) => void delete file["secrets"]?.["one"]],
    ["with a changed time", (file) => Object.assign(file["secrets"]?.["one"] ?? {}, { updatedAt: 1 })],
    [
      "with another version of a record",
      (file) => Object.assign(file["secrets"]?.["one"] ?? {}, { version: 9 }),
    ],
    ["with an unknown field", (file) => Object.assign(file, { more: {} })],
    ["without its seal", (file) => void delete file["seal"]],
  ];

  test.for(alterations)("%s is refused", async ([, change]) => {
    const secrets = await open();
    await secrets.set("one", value);
    await secrets.set("two", "another value");
    alter(change);
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_UNREADABLE" });
  });

  test("that asks for absurd memory is refused before any is taken", async () => {
    await (await open({ passphrase: "correct horse" })).set("one", value);
    alter((file) => Object.assign(file["key"] ?? {}, { memoryKiB: 4_000_000_000 }));
    await expect(open({ passphrase: "correct horse" })).rejects.toMatchObject({ code: "SECRETS_UNREADABLE" });
  });

  test("of a newer format is refused as such", async () => {
    writeFileSync(path, JSON.stringify({ format: "slipway-secrets", version: 2, other: true }));
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_NEWER", params: { found: 2, known: 1 } });
  });

  test("that is something else altogether is refused", async () => {
    writeFileSync(path, "hello");
    await expect(open()).rejects.toMatchObject({ code: "SECRETS_UNREADABLE" });
  });
});
