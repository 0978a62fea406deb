import { describe, expect, test } from "vitest";
import { ComponentsFile, ReleaseFile } from "../contract/bundle/components.ts";
import { type ComponentsLock, emptyLock, type LockedPackage } from "../contract/bundle/lock.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { BundleBuilders } from "../core/ports/builders.ts";
import { updateLock } from "./bundle-lock.ts";

const about = {
  version: "1",
  licence: "MIT",
  home: "https://example.org",
  description: { en: "a thing", "zh-CN": "一样东西" },
};
const recipe = ComponentsFile.parse({
  schema: "slipway.dev/components/v1",
  go: { toolchain: "1.26.8", bootstrap: "1.26.6" },
  components: [
    { name: "clock", kind: "packages", ...about, sources: [{ kind: "apt", set: "chrony" }] },
    { name: "address", kind: "packages", ...about, sources: [{ kind: "apt", set: "keepalived" }] },
    {
      name: "tool",
      kind: "file",
      ...about,
      sources: [{ kind: "url", url: "https://example.org/tool", mode: "0755" }],
    },
  ],
});
const release = ReleaseFile.parse({
  schema: "slipway.dev/release/v1",
  release: "1",
  created: "2026-11-01T00:00:00Z",
  versions: {},
});
const locked = (version: string): LockedPackage[] => [
  { name: "chrony", version, architecture: "amd64", size: 1, sha256: "a".repeat(64) },
];

/** Recipes over a lock in memory; a set resolves to version 2, a file to an integrity, and what `broken` names to nothing. */
const world = (broken = "") => {
  let lock: ComponentsLock = { ...emptyLock, apt: { chrony: { amd64: locked("1") } } };
  const resolved: string[] = [];
  let saved = 0;
  const builders = {
    recipes: {
      components: () => Promise.resolve(recipe),
      release: () => Promise.resolve(release),
      releases: () => Promise.resolve(["1"]),
      lock: () => Promise.resolve(lock),
      saveLock: (next: ComponentsLock) => {
        saved += 1;
        lock = next;
        return Promise.resolve();
      },
    },
    resolver: {
      resolve: (source, into, { architecture }) => {
        const name = source.kind === "apt" ? source.set : source.kind === "url" ? source.url : source.kind;
        if (name === broken) {
          const params = { component: name, source: "archive", problem: "refused" };
          return Promise.reject(SlipwayError.of("BUILD_SOURCE_UNREACHABLE", params));
        }
        resolved.push(name);
        return Promise.resolve(
          source.kind === "apt"
            ? {
                ...into,
                apt: { ...into.apt, [name]: { ...into.apt[name], [architecture]: locked("2") } },
              }
            : { ...into, files: { ...into.files, [`url:${name}`]: { amd64: { integrity: "b" } } } },
        );
      },
    },
  } satisfies Partial<BundleBuilders>;
  const update = (...names: string[]) =>
    updateLock(builders as unknown as BundleBuilders, {
      names,
      architectures: ["amd64"],
      signal: new AbortController().signal,
      onLine: () => undefined,
    });
  return { update, resolved, lock: () => lock, saved: () => saved };
};

describe("an update of the lock", () => {
  test("resolves only what was named, by component or by set, and says what is another now", async () => {
    const byComponent = world();
    expect(await byComponent.update("clock")).toEqual([
      {
        name: "chrony/chrony",
        architecture: "amd64",
        before: `1 ${"a".repeat(64)}`,
        after: `2 ${"a".repeat(64)}`,
      },
    ]);
    const bySet = world();
    await bySet.update("chrony");
    expect(bySet.lock()).toEqual(byComponent.lock());
    expect(bySet.resolved).toEqual(["chrony"]);
  });

  test("of everything leaves alone what others publish, which was recorded when it was first seen", async () => {
    const { update, resolved } = world();
    await update("all");
    expect(resolved).toEqual(["chrony", "keepalived"]);
  });

  test("takes another file from the same address only when it was asked to", async () => {
    const { update } = world();
    expect(await update("tool")).toMatchObject([{ name: "url:https://example.org/tool", before: "" }]);
  });

  test("says nothing changed when the archive still has the same", async () => {
    const { update } = world();
    await update("clock");
    expect(await update("clock")).toEqual([]);
  });

  test("refuses an unknown name and lists the known ones", async () => {
    const { update, saved } = world();
    await expect(update("chorny")).rejects.toMatchObject({
      code: "BUILD_UNKNOWN_NAME",
      params: { name: "chorny", known: "chrony, keepalived, https://example.org/tool" },
    });
    expect(saved()).toBe(0);
  });

  test("writes nothing at all when one of several cannot be resolved", async () => {
    const { update, lock, saved } = world("keepalived");
    const before = lock();
    await expect(update("clock", "address")).rejects.toMatchObject({ code: "BUILD_SOURCE_UNREACHABLE" });
    expect([lock(), saved()]).toEqual([before, 0]);
  });
});
