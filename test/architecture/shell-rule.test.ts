import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { undocumented } from "./docstrings.ts";
import { shellViolations } from "./shell-rule.ts";
import { isTest, root, sources } from "./sources.ts";

const files = sources(/^electron\/.*\.ts$/).filter(({ path }) => !isTest(path));

describe("the desktop shell", () => {
  test("imports Electron, Node and the contract only", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap(shellViolations)).toEqual([]);
  });

  test("speaks to pages in one place on each side", () => {
    const using = (name: string): readonly string[] =>
      files.filter(({ text }) => new RegExp(`\\b${name}\\b`).test(text)).map(({ path }) => path);
    expect(using("ipcRenderer")).toEqual(["electron/preload.ts"]);
    expect(using("ipcMain")).toEqual(["electron/relay.ts"]);
    expect(using("contextBridge")).toEqual(["electron/preload.ts"]);
  });

  // What https://www.electronjs.org/docs/latest/tutorial/security asks of an app, as far as it can be read off the sources.
  test("never loosens what protects it from its pages", () => {
    const loosened =
      /nodeIntegration\w*:\s*true|contextIsolation:\s*false|sandbox:\s*false|webSecurity:\s*false|webviewTag:\s*true|allowRunningInsecureContent:\s*true|experimentalFeatures|enableBlinkFeatures|enableRemoteModule|openExternal|executeJavaScript|insertCSS|certificate-error|setCertificateVerifyProc|bypassCSP|eval\(|new Function/;
    expect(files.filter(({ text }) => loosened.test(text)).map(({ path }) => path)).toEqual([]);
    const windows = files.filter(({ text }) => text.includes("new BrowserWindow("));
    expect(windows.map(({ path }) => path)).toEqual(["electron/window.ts"]);
    for (const line of [
      "contextIsolation: true",
      "sandbox: true",
      "nodeIntegration: false",
      "webSecurity: true",
    ]) {
      expect(windows[0]?.text).toContain(line);
    }
  });

  test("knows no call of the contract by name in its preload", () => {
    const preload = readFileSync(`${root}electron/preload.ts`, "utf8");
    expect(preload).not.toMatch(/operations|clusters|bundles|machines/);
  });

  test("says of every exported name what it promises", () => {
    expect(files.flatMap(undocumented)).toEqual([]);
  });
});

describe("the walk over its imports", () => {
  test.each([
    ["electron/a.ts", "../installer/core/x.ts"],
    ["electron/a.ts", "../renderer/state/x.ts"],
    ["electron/a.ts", "ws"],
    ["electron/preload.ts", "node:fs"],
  ])("forbids %s to import %s", (path, specifier) => {
    expect(shellViolations({ path, text: `import { x } from "${specifier}";` })).toHaveLength(1);
  });

  test.each([
    ["electron/a.ts", "../installer/contract/text.ts"],
    ["electron/a.ts", "electron"],
    ["electron/a.ts", "node:net"],
    ["electron/preload.ts", "./channel.ts"],
  ])("lets %s import %s", (path, specifier) => {
    expect(shellViolations({ path, text: `import { x } from "${specifier}";` })).toEqual([]);
  });
});
