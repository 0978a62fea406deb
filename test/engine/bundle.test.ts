import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";
import { runSlipway, type CliRun } from "./cli.ts";

const recipes = join(import.meta.dirname, "..", "fixtures", "recipes");
const greeting = "registry.example/team/greeting:v1";

let work: string;
let port: number;
let site: EngineProcess;

const env = (): Record<string, string> => ({
  SLIPWAY_CACHE: join(work, "cache"),
  SLIPWAY_REGISTRY: `127.0.0.1:${port}`,
});

/** A command of the builder, whose private engine has no registry, or of the site. */
const builder = (...args: readonly string[]): Promise<CliRun> =>
  runSlipway(["--data", join(work, "builder"), ...args], { env: { ...env(), SLIPWAY_REGISTRY: "off" } });
const atSite = (...args: readonly string[]): Promise<CliRun> =>
  runSlipway(["--data", join(work, "site"), ...args], { env: env() });

const good = async (run: Promise<CliRun>): Promise<string> => {
  const { code, out, err } = await run;
  expect([code, err]).toEqual([0, code === 0 ? err : ""]);
  return out;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
};

/** Pulls with skopeo, which knows nothing of Slipway but the CA, and gives the content of the image's one layer. */
const pulled = async (name: string): Promise<string> => {
  const [certs, into] = [join(work, "certs"), mkdtempSync(join(work, "pulled-"))];
  mkdirSync(certs, { recursive: true });
  writeFileSync(join(certs, "ca.crt"), await good(atSite("registry", "ca")));
  await promisify(execFile)("skopeo", [
    "copy",
    "--quiet",
    "--src-cert-dir",
    certs,
    `docker://127.0.0.1:${port}/${name}`,
    `dir:${into}`,
  ]);
  const manifest = JSON.parse(readFileSync(join(into, "manifest.json"), "utf8")) as {
    layers: { digest: string }[];
  };
  const layer = readFileSync(join(into, manifest.layers[0]?.digest.slice("sha256:".length) ?? ""));
  return zstdDecompressSync(layer).toString("utf8");
};

const registryState = async (): Promise<string> => (await site.client.registry.status()).state;
const registryPid = async (): Promise<number> => (await site.client.registry.status()).pid ?? 0;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "slipway-b-"));
  port = await freePort();
  mkdirSync(join(work, "site"), { recursive: true });
  writeFileSync(join(work, "passphrase"), "correct horse battery\n");
  site = await startEngine(join(work, "site"), env());
});
afterAll(async () => {
  await site?.stop();
  await builder("engine", "stop");
  rmSync(work, { recursive: true, force: true });
});

describe("a bundle on its way from recipes to a machine", { timeout: 60_000 }, () => {
  const file = (): string => join(work, "small.tar");

  test("is built, signed and written into a file", async () => {
    const built = await good(
      builder("bundle", "build", "--recipes", recipes, "--release", "small", "--output", "json"),
    );
    expect(JSON.parse(built)).toMatchObject({ release: "small", components: [{ cached: false }, {}] });
    const passphrase = ["--passphrase-file", join(work, "passphrase")];
    await good(builder("bundle", "keygen", join(work, "key"), ...passphrase));
    await good(builder("bundle", "sign", "slipway:small", "--key", join(work, "key.key"), ...passphrase));
    const written = await good(builder("bundle", "export", "slipway:small", file()));
    expect(written).toContain(file());
    expect(existsSync(`${file()}.sha256`)).toBe(true);
  });

  test("is refused where its key is not trusted, and nothing of it is kept", async () => {
    const refused = await atSite("bundle", "import", file(), "--output", "json");
    expect(refused.code).toBe(68);
    expect(JSON.parse(refused.err)).toMatchObject({ code: "BUNDLE_KEY_UNKNOWN" });
    expect(readdirSync(join(work, "site", "store", "blobs", "sha256"))).toEqual([]);
    expect(JSON.parse(await good(atSite("bundle", "list", "--output", "json")))).toEqual([]);
  });

  test("is verified from a pipe and imported once its key is trusted", async () => {
    await good(atSite("bundle", "trust", "add", join(work, "key.pub")));
    const piped = await runSlipway(["--data", join(work, "site"), "bundle", "verify", "-"], {
      env: env(),
      input: readFileSync(file()),
    });
    expect(piped).toMatchObject({
      code: 0,
      out: expect.stringContaining("slipway small is whole") as string,
    });
    const imported = JSON.parse(await good(atSite("bundle", "import", file(), "--output", "json"))) as object;
    expect(imported).toMatchObject({ patched: 0, registry: { state: "serving" } });
  });

  test("is served under its upstream name to a client that trusts the site's CA only", async () => {
    expect(await pulled(greeting)).toContain("Good morning, 早上好");
  });

  test("is served again after the registry died, and after the engine was killed", async () => {
    const first = await registryPid();
    process.kill(first, "SIGKILL");
    await expect.poll(registryPid, { timeout: 15_000 }).not.toBeOneOf([first, 0]);
    await expect.poll(registryState, { timeout: 15_000 }).toBe("serving");
    await site.kill();
    site = await startEngine(join(work, "site"), env());
    await expect.poll(registryState, { timeout: 15_000 }).toBe("serving");
    expect(await pulled(greeting)).toContain("Good morning");
  });

  test("is no longer served once it was removed, and its space is given back", async () => {
    await good(atSite("bundle", "remove", "slipway"));
    const freed = JSON.parse(await good(atSite("bundle", "gc", "--output", "json"))) as { bytes: number };
    expect(freed.bytes).toBeGreaterThan(0);
    expect(readdirSync(join(work, "site", "store", "blobs", "sha256"))).toEqual([]);
    expect(await site.client.registry.status()).toMatchObject({ state: "empty", bundles: [] });
    await expect(pulled(greeting)).rejects.toThrow("connection refused");
  });

  test("is not half there when Ctrl-C ends its import, which says that it can go on", async () => {
    const main = join(import.meta.dirname, "..", "..", "installer", "main.ts");
    const child = spawn(process.execPath, [main, "--data", join(work, "site"), "bundle", "import", "-"], {
      env: { ...process.env, ...env(), LANG: "C.UTF-8" },
      stdio: ["pipe", "ignore", "pipe"],
    });
    const said: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    child.stdin.write(readFileSync(file()).subarray(0, -2048));
    const staging = join(work, "site", "store", "staging");
    await expect.poll(() => readdirSync(staging), { timeout: 10_000 }).not.toEqual([]);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect([code, Buffer.concat(said).toString()]).toEqual([
      130,
      expect.stringContaining("goes on from there"),
    ]);
    expect(JSON.parse(await good(atSite("bundle", "list", "--output", "json")))).toEqual([]);
    expect(await good(atSite("bundle", "import", file()))).toContain("0 rebuilt");
  });
});
