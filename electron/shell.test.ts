import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, test, vi } from "vitest";
import { readFromPage } from "./channel.ts";
import { menuTemplate } from "./menu.ts";
import { pageFile } from "./page-files.ts";
import { placesFor } from "./places.ts";
import { isOwnPage, mayAsk, mayLoad } from "./policy.ts";
import { languageOf, say, words } from "./words.ts";

const labels = (items: readonly MenuItemConstructorOptions[]): readonly string[] =>
  items.flatMap(({ label, submenu }) => [
    ...(label === undefined ? [] : [label]),
    ...(Array.isArray(submenu) ? labels(submenu) : []),
  ]);

describe("the menu", () => {
  const actions = { go: vi.fn(), importBundle: vi.fn(), quit: vi.fn() };

  test("has every label in the language of the page", () => {
    const chinese = labels(menuTemplate({ language: "zh-CN", isMac: false }, actions));
    expect(chinese.length).toBeGreaterThan(20);
    expect(chinese.filter((label) => !/[\u4e00-\u9fff]/.test(label))).toEqual([]);
    expect(labels(menuTemplate({ language: "en", isMac: true }, actions))).toContain("Import a bundle…");
  });

  test("leads to pages", () => {
    const all = menuTemplate({ language: "en", isMac: false }, actions).flatMap(({ submenu }) =>
      Array.isArray(submenu) ? submenu : [],
    );
    const press = (label: string): void =>
      all
        .find((item) => item.label === label)
        ?.click?.(...([] as unknown as Parameters<NonNullable<MenuItemConstructorOptions["click"]>>));
    press("Clusters");
    press("Import a bundle…");
    expect(actions.go).toHaveBeenCalledWith("/clusters");
    expect(actions.importBundle).toHaveBeenCalledOnce();
  });

  test("has the same places for values in both languages", () => {
    const places = (sentence: string): string => (sentence.match(/\{\w+\}/g) ?? []).toSorted().join();
    expect(Object.values(words).filter(({ en, ...other }) => places(en) !== places(other["zh-CN"]))).toEqual(
      [],
    );
    expect(say("en", "someRun", { count: 3 })).toBe("3 operations are running");
    expect(["zh", "zh-Hans-CN", "en-GB", "de"].map(languageOf)).toEqual(["zh-CN", "zh-CN", "en", "en"]);
  });
});

describe("what a page may", () => {
  test("is to load its own files and what it made, and to copy text", () => {
    const own = "slipway-app://console/assets/a.js";
    expect([own, "blob:slipway-app://console/1", "data:,x"].filter(mayLoad)).toHaveLength(3);
    const others = [
      "https://example.org/",
      "slipway-app://other/",
      "slipway-app://console.example.org/",
      "file:///etc/passwd",
      "ws://127.0.0.1/",
      "blob:https://example.org/1",
    ];
    expect(others.filter(mayLoad)).toEqual([]);
    expect(others.filter(isOwnPage)).toEqual([]);
    expect(mayAsk("clipboard-sanitized-write", own)).toBe(true);
    expect(
      ["clipboard-read", "geolocation", "media", "notifications", "openExternal"].filter((name) =>
        mayAsk(name, own),
      ),
    ).toEqual([]);
  });

  test.each([
    { id: 1, kind: "open", name: "files" },
    { id: 0, kind: "close" },
    { id: 1.5, kind: "close" },
    { id: 1, kind: "data", data: { length: 4 } },
    { id: 1, kind: "taken", count: -1 },
    { id: 1, kind: "call", path: "bundles.export" },
    "close",
    null,
  ])("is not to send %j", (message) => expect(readFromPage(message)).toBeUndefined());
});

describe("the files of the pages", () => {
  const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-pages-"));
    writeFileSync(join(folder, "index.html"), '<meta nonce="__CSP_NONCE__">');
    writeFileSync(join(folder, "a.js"), "1");
    await work(folder).finally(() => rmSync(folder, { recursive: true }));
  };

  test("come with a policy that names a nonce of their own and no connection", () =>
    inFolder(async (folder) => {
      const one = await pageFile(folder, "slipway-app://console/clusters/a");
      const two = await pageFile(folder, "slipway-app://console/");
      const [, nonce = ""] = /nonce="([^"]+)"/.exec(one.content.toString()) ?? [];
      expect(nonce.length).toBeGreaterThan(20);
      expect(one.headers["content-security-policy"]).toContain(`'nonce-${nonce}'`);
      expect(one.headers["content-security-policy"]).toContain("connect-src 'none'");
      expect(two.content.toString()).not.toContain(nonce);
    }));

  test("are those of the folder and nothing beside it", () =>
    inFolder(async (folder) => {
      expect((await pageFile(folder, "slipway-app://console/a.js")).content.toString()).toBe("1");
      for (const path of ["b.js", "%2e%2e/%2e%2e/etc/x.json", "..%2f..%2fpackage.json", "%00.js"]) {
        expect((await pageFile(folder, `slipway-app://console/${path}`)).status).toBe(404);
      }
    }));
});

describe("the engine that is meant", () => {
  const facts = {
    argv: ["slipway"],
    env: {},
    here: "/r/dist/electron",
    resources: undefined,
    mayUse: () => true,
  };

  test("is the one that runs as a service, unless the command line or the environment names another", () => {
    expect(placesFor(facts).engine).toEqual({
      command: "/r/slipway",
      options: ["--socket=/run/slipway/engine.sock"],
    });
    expect(placesFor({ ...facts, argv: ["slipway", "--data=/d", "--evil=x"] }).engine.options).toEqual([
      "--data=/d",
    ]);
    expect(placesFor({ ...facts, env: { SLIPWAY_HOME: "/d" } }).engine.options).toEqual([]);
    expect(placesFor({ ...facts, mayUse: () => false }).engine.options).toEqual([]);
  });

  test("is started by the program that was packaged beside the app", () => {
    const packaged = placesFor({
      ...facts,
      resources: "/opt/Slipway/resources",
      here: "/opt/Slipway/resources/app.asar",
    });
    expect(packaged.engine.command).toBe("/opt/Slipway/resources/engine/slipway");
    expect(packaged.ui).toBe("/opt/Slipway/resources/app.asar/renderer");
  });
});
