import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleBuilders } from "../../installer/adapters/builders/index.ts";
import { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { emptyLock, type ComponentsLock } from "../../installer/contract/bundle/lock.ts";
import type { BuildTarget, BundleBuilders } from "../../installer/core/ports/builders.ts";

/** These talk to the registries that this machine is configured for. */
let folder: string;
let builders: BundleBuilders;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-sources-"));
  const images = join(folder, "images");
  await mkdir(join(images, "apt"), { recursive: true });
  await writeFile(
    join(images, "components.yaml"),
    JSON.stringify({
      schema: "slipway.dev/components/v1",
      go: { toolchain: "1.26.8", bootstrap: "1.26.6" },
      components: [
        {
          name: "clock",
          kind: "packages",
          version: "1",
          licence: "MIT",
          home: "https://example.org",
          description: { en: "a thing", "zh-CN": "一样东西" },
          sources: [{ kind: "apt", set: "gone" }],
        },
      ],
    }),
  );
  await writeFile(
    join(images, "apt", "gone.yaml"),
    JSON.stringify({
      schema: "slipway.dev/apt-set/v1",
      suite: "trixie",
      packages: ["netbase"],
      assumes: "minbase",
    }),
  );
  const store = await BundleStore.open(join(folder, "cache", "blobs"));
  const mirrors = { maven: await mavenDefault() };
  const settings = { images, cache: join(folder, "cache"), mirrors, env: process.env };
  builders = await bundleBuilders(settings, store);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where the installed Maven goes when nothing is configured: it says so in its own model (the "super POM"). */
const mavenDefault = async (): Promise<string> => {
  const script = `import glob, re, zipfile
jar = glob.glob("/usr/share/maven/lib/maven-model-builder*.jar")[0]
model = zipfile.ZipFile(jar).read("org/apache/maven/model/pom-4.0.0.xml").decode()
print(re.search(r"<url>\\s*(\\S+?)\\s*</url>", model).group(1))`;
  const { stdout } = await promisify(execFile)("python3", ["-c", script]);
  return stdout.trim();
};

const target = (signal = new AbortController().signal): BuildTarget => ({
  architecture: "amd64",
  signal,
  onLine: () => undefined,
});
const locked = (version: string, sha256: string): ComponentsLock => ({
  ...emptyLock,
  apt: { gone: { amd64: [{ name: "netbase", version, architecture: "all", size: 1, sha256 }] } },
});

// Package lists of a whole Debian are fetched, which takes minutes on a busy machine.
describe("a source on the machine's own registry", { timeout: 600_000 }, () => {
  test("npm: a package is locked by its integrity, fetched and found right; another integrity is refused", async () => {
    const source = { kind: "npm", package: "is-odd", version: "3.0.1" } as const;
    const lock = await builders.resolver.resolve(source, emptyLock, target());
    const integrity = lock.files["npm:is-odd@3.0.1"]?.amd64?.integrity ?? "";
    expect(integrity).toMatch(/^sha512-/);
    await builders.recipes.saveLock(lock);
    const built = await builders.files.npm.build(source, target());
    expect(built.files).toMatchObject([{ path: "is-odd-3.0.1.tgz" }]);
    const wrong = `sha512-${Buffer.alloc(64).toString("base64")}`;
    await builders.recipes.saveLock({
      ...lock,
      files: { "npm:is-odd@3.0.1": { amd64: { integrity: wrong } } },
    });
    await expect(builders.files.npm.build(source, target())).rejects.toMatchObject({
      code: "BUILD_CHECKSUM_CHANGED",
    });
  });

  test("npm: a version that was never published is named as out of reach", async () => {
    const source = { kind: "npm", package: "is-odd", version: "999.0.0" } as const;
    await expect(builders.resolver.resolve(source, emptyLock, target())).rejects.toMatchObject({
      code: "BUILD_SOURCE_UNREACHABLE",
    });
  });

  test("maven: an artefact is locked by its digest, fetched and found right; another digest is refused", async () => {
    const source = { kind: "maven", coordinates: "org.hamcrest:hamcrest-core:1.3" } as const;
    const name = "maven:org.hamcrest:hamcrest-core:1.3";
    const lock = await builders.resolver.resolve(source, emptyLock, target());
    // The digest that Maven Central has published since 2012.
    expect(lock.files[name]?.amd64?.integrity).toBe(
      "66fdef91e9739348df7a096aa384a5685f4e875584cce89386a7a47251c4d8e9",
    );
    await builders.recipes.saveLock(lock);
    const built = await builders.files.maven.build(source, target());
    expect(built.files).toMatchObject([{ path: "hamcrest-core-1.3.jar", size: 45024 }]);
    await builders.recipes.saveLock({
      ...lock,
      files: { [name]: { amd64: { integrity: "0".repeat(64) } } },
    });
    await expect(builders.files.maven.build(source, target())).rejects.toMatchObject({
      code: "BUILD_CHECKSUM_CHANGED",
    });
  });

  test("apt: a version that the archive no longer has is named, with the set to lock anew", async () => {
    await builders.recipes.saveLock(locked("0.0-never", "1".repeat(64)));
    await expect(builders.packages.fetch({ kind: "apt", set: "gone" }, target())).rejects.toMatchObject({
      code: "BUILD_PACKAGE_GONE",
      params: { name: "netbase", version: "0.0-never", set: "gone" },
    });
  });

  test("apt: other content under the locked version is refused", async () => {
    const source = { kind: "apt", set: "gone" } as const;
    const lock = await builders.resolver.resolve(source, emptyLock, target());
    const version = lock.apt["gone"]?.["amd64"]?.find(({ name }) => name === "netbase")?.version ?? "";
    await builders.recipes.saveLock(locked(version, "2".repeat(64)));
    await expect(builders.packages.fetch(source, target())).rejects.toMatchObject({
      code: "BUILD_CHECKSUM_CHANGED",
    });
  });

  test("a cancelled fetch stops at once and leaves nothing that counts as fetched", async () => {
    const source = { kind: "apt", set: "gone" } as const;
    const lock = await builders.resolver.resolve(source, emptyLock, target());
    await builders.recipes.saveLock(lock);
    const stop = new AbortController();
    const running = builders.packages.fetch(source, target(stop.signal));
    await sleep(50);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
    const [entry] = lock.apt["gone"]?.["amd64"] ?? [];
    const path = join(folder, "cache", "apt", "packages", `${entry?.sha256 ?? ""}.deb`);
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });
});
