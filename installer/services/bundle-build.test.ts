import { describe, expect, test } from "vitest";
import { ComponentsFile, ReleaseFile } from "../contract/bundle/components.ts";
import { type ComponentsLock, emptyLock } from "../contract/bundle/lock.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import { DESCRIBING_CODE } from "../core/bundle/components/code-digests.ts";
import type { BundleBuilders, FilesBuilder } from "../core/ports/builders.ts";
import { memoryBlobs } from "../../test/fakes/bundle-blobs.ts";
import { type BuildEvent, buildRelease } from "./bundle-build.ts";

const recipe = ComponentsFile.parse({
  schema: "slipway.dev/components/v1",
  go: { toolchain: "1.26.8", bootstrap: "1.26.6" },
  components: [
    {
      name: "tool",
      kind: "file",
      version: "{tool}",
      licence: "MIT",
      home: "https://example.org",
      description: { en: "a tool", "zh-CN": "工具" },
      sources: [
        { kind: "go", group: "tool", binaries: ["tool"] },
        { kind: "url", url: "https://example.org/tool", mode: "0755" },
      ],
    },
  ],
});
const release = ReleaseFile.parse({
  schema: "slipway.dev/release/v1",
  release: "1",
  created: "2026-11-01T00:00:00Z",
  versions: { tool: "v1", kubernetes: "v1.37.1" },
});

/** Builders whose sources do what a test says; everything made is remembered in `built`. */
const world = (
  failures: Partial<Record<"go" | "url", SlipwayError>> = {},
  { free = 1e12, compressor = "one", records = new Map<string, unknown>() } = {},
) => {
  const built: string[] = [];
  const blobs = memoryBlobs(compressor);
  let lock: ComponentsLock = emptyLock;
  const source = (kind: "go" | "url"): FilesBuilder =>
    ({
      identity: () => Promise.resolve(kind),
      cost: () => Promise.resolve({ cpuSeconds: 90, downloadBytes: 0, diskBytes: 1e9 }),
      build: () => {
        const failure = failures[kind];
        if (failure !== undefined) return Promise.reject(failure);
        built.push(kind);
        const files = [{ kind: "file", path: "tool", mode: 0o755, size: 4, location: kind }];
        return Promise.resolve({ files, packages: [], origin: kind });
      },
    }) as FilesBuilder;
  const unused = {} as never;
  const builders: BundleBuilders = {
    files: {
      go: source("go"),
      url: source("url"),
      apt: unused,
      npm: unused,
      maven: unused,
      pypi: unused,
      file: unused,
      "node-os": unused,
      installer: unused,
    },
    packages: unused,
    images: unused,
    packer: unused,
    cache: {
      blobs,
      find: (key) => Promise.resolve(records.get(key) as never),
      keep: (key, value) => Promise.resolve(void records.set(key, value)),
      pack: (content, signal) => blobs.putCompressed(content, signal),
      tidy: () => Promise.resolve(0),
      findBlob: () => Promise.resolve(undefined),
      keepBlob: () => Promise.resolve(),
      freeBytes: () => Promise.resolve(free),
      prune: () => Promise.resolve(0),
    },
    recipes: {
      components: () => Promise.resolve(recipe),
      release: () => Promise.resolve(release),
      releases: () => Promise.resolve(["1"]),
      lock: () => Promise.resolve(lock),
      saveLock: (next) => Promise.resolve(void (lock = next)),
    },
    resolver: {
      resolve: (_source, into) =>
        Promise.resolve({
          ...into,
          files: { "url:https://example.org/tool": { amd64: { integrity: "a".repeat(64) } } },
        }),
    },
    sha256: (text) => String(text.length).padStart(64, "0"),
    now: () => 0,
    cores: 2,
  };
  const events: BuildEvent[] = [];
  const build = (prefer?: "upstream" | "source") =>
    buildRelease(builders, {
      release: "1",
      architectures: ["amd64"],
      store: blobs,
      prefer,
      by: "test",
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    });
  return { build, built, events, lock: () => lock };
};

const unreachable = SlipwayError.of("BUILD_SOURCE_UNREACHABLE", {
  component: "tool",
  source: "proxy",
  problem: "refused",
});

describe("a build", () => {
  test("says first what it will take, then what it does", async () => {
    const { build, events } = world();
    await build();
    expect(events.map(({ kind }) => kind)).toEqual(["planned", "begun", "line", "ended"]);
    expect(events[2]).toMatchObject({ component: "tool", text: "zstd tool" });
    expect(events[0]).toMatchObject({ total: 1, estimate: { toBuild: 1, cached: 0, diskBytes: 1e9 + 12e6 } });
  });

  test("makes nothing twice, and the same recipes give the same bundle", async () => {
    const { build, built, events } = world();
    const first = await build();
    const second = await build();
    expect(built).toEqual(["go"]);
    expect(second.index).toBe(first.index);
    // The version tells patch releases apart, which the name of a release does not.
    expect([first.release, first.version]).toEqual(["1", "1.37.1"]);
    expect(events.at(-1)).toMatchObject({ kind: "ended", outcome: "cached" });
  });

  test("makes anew what another compressor packed, since its bytes are others", async () => {
    const records = new Map<string, unknown>();
    await world({}, { records, compressor: "one" }).build();
    const again = world({}, { records, compressor: "one" });
    await again.build();
    const other = world({}, { records, compressor: "two" });
    await other.build();
    expect([again.built, other.built]).toEqual([[], ["go"]]);
  });

  test("makes anew what older code described", async () => {
    const records = new Map<string, unknown>();
    await world({}, { records }).build();
    const [[key = "", made] = []] = records;
    expect(key).toContain(DESCRIBING_CODE);
    const older = new Map([[key.replace(DESCRIBING_CODE, "0"), made]]);
    const again = world({}, { records: older });
    await again.build();
    expect(again.built).toEqual(["go"]);
  });

  test("goes on with the next source when one is out of reach, and the report says so", async () => {
    const { build, built } = world({ go: unreachable });
    const report = await build();
    expect(built).toEqual(["url"]);
    expect(report.components).toMatchObject([
      { origin: "url", skipped: [{ error: { code: "BUILD_SOURCE_UNREACHABLE" } }] },
    ]);
  });

  test("does not go on when a program does not compile", async () => {
    const { build, built } = world({
      go: SlipwayError.of("BUILD_COMPILE_FAILED", { component: "tool", code: 1 }),
    });
    await expect(build()).rejects.toMatchObject({ code: "BUILD_COMPILE_FAILED" });
    expect(built).toEqual([]);
  });

  test("names every source when none can be had", async () => {
    const { build } = world({ go: unreachable, url: unreachable });
    await expect(build()).rejects.toMatchObject({ code: "BUILD_NO_SOURCE", params: { count: 2 } });
  });

  test("records what upstream publishes when it is first seen", async () => {
    const { build, built, lock } = world();
    await build("upstream");
    expect(built).toEqual(["url"]);
    expect(Object.keys(lock().files)).toEqual(["url:https://example.org/tool"]);
  });

  test("does not start without the disk space it needs", async () => {
    const { build, built } = world({}, { free: 2e9 });
    await expect(build()).rejects.toMatchObject({ code: "BUILD_DISK_SPACE" });
    expect(built).toEqual([]);
  });
});
