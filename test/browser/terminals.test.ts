import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Page } from "playwright-core";
import { startSshServer, freePort, type SshServer } from "../support/ssh-server.ts";
import { accessibilityFaults } from "./axe.ts";
import { openSite, PASSWORD, type BrowserSite, type WatchedContext } from "./site.ts";

const keys = mkdtempSync(join(tmpdir(), "slipway-terminals-"));
let site: BrowserSite;
let server: SshServer;

/** A cluster whose one machine is an SSH server of our own. It is attempted while nobody listens there, so nothing is done to it. */
beforeAll(async () => {
  site = await openSite();
  const port = await freePort();
  const first = await startSshServer({ port });
  const key = join(keys, "user");
  for (const end of ["", ".pub"]) copyFileSync(first.key + end, key + end);
  await first.stop();
  const { client } = site.engine;
  const text = `apiVersion: slipway/v1
kind: Cluster
name: site-a
machines:
  - name: n1
    address: 127.0.0.1
    roles: [control-plane, worker]
ssh:
  user: root
  port: ${port}
  privateKey: file:${key}
`;
  const { id } = await client.operations.start({ workflow: "bootstrap", spec: { file: "a.yaml", text } });
  await client.operations.cancel({ id, why: "only its name is needed" });
  await vi.waitUntil(
    async () => ["cancelled", "failed"].includes((await client.operations.get({ id })).status),
    { timeout: 60_000 },
  );
  server = await startSshServer({ port, key, config: ["AcceptEnv LANG"] });
});
afterAll(async () => {
  await site.close();
  await server.stop();
  rmSync(keys, { recursive: true, force: true });
});

const enter = async ({ page }: WatchedContext, name: string): Promise<void> => {
  const { path } = await site.engine.client.users.invite({
    name,
    grants: { site: "administrator", clusters: {} },
  });
  await page.goto(`${site.address}${path}`);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#again").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator(".shell").waitFor();
};

const openShell = async (page: Page): Promise<void> => {
  await page.goto(`${site.address}/terminals/new?kind=machine&cluster=site-a&machine=n1&why=a+test`);
  await page.locator("form button[type=submit]").click();
  await page.locator('.terminal-screen[data-state="open"]').waitFor();
};

const type = async (page: Page, line: string): Promise<void> => {
  await page.locator(".xterm-helper-textarea").first().focus();
  await page.keyboard.type(`${line}\n`);
};

const screenText = (page: Page): Promise<string> =>
  page
    .locator(".xterm-rows:visible")
    .first()
    .innerText()
    .then((text) => text.replaceAll("\u00a0", " "));

describe.each(["en", "zh-CN"] as const)("a terminal, in %s", (language) => {
  test("shows what is typed and printed, survives a reload, and its recording can be played", async () => {
    const watched = await site.context({ language, scheme: language === "en" ? "light" : "dark" });
    const { page } = watched;
    await enter(watched, `ada-${language.toLowerCase()}`);
    await page.goto(`${site.address}/terminals/new?kind=machine&cluster=site-a&machine=n1`);
    await page.locator("form button[type=submit]").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await openShell(page);
    await type(page, "printf '%s-%s\\n' 中文宽字符 $((6*7))");
    await expect.poll(() => screenText(page)).toContain("中文宽字符-42");
    await type(page, "printf '\\033[38;2;200;40;0mcolour\\033[0m\\n'; stty size");
    await expect.poll(() => screenText(page)).toMatch(/\n\d{2} 1\d\d/);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.reload();
    await page.locator('.terminal-screen[data-state="open"]').waitFor();
    await expect.poll(() => screenText(page)).toContain("中文宽字符-42");
    await type(page, "echo still $((40+2))");
    await expect.poll(() => screenText(page)).toContain("still 42");

    await type(page, "exit 7");
    await page.locator('.terminal-screen[data-state="over"]').waitFor();
    expect(await page.locator(".terminal-tools").textContent()).toContain("7");
    await page.locator('.terminal-tools a[href*="/recordings/"]').click();
    await page.locator(".player-bar button").first().waitFor();
    const seek = page.locator(".player-bar input[type=range]");
    await seek.focus();
    await page.keyboard.press("End");
    await expect.poll(() => screenText(page)).toContain("still 42");
    expect(await page.locator(".facts").textContent()).toContain("a test");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Home");
    await expect.poll(() => screenText(page)).not.toContain("still 42");
    await page.locator(".player-bar button").first().click();
    await expect.poll(() => screenText(page), { timeout: 30_000 }).toContain("still 42");
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });
});

describe("a terminal in the console", () => {
  test("goes on where it was when the connection comes back, with everything that was printed meanwhile", async () => {
    const watched = await site.context({ language: "en" });
    const { page } = watched;
    await enter(watched, "bo");
    await openShell(page);
    await type(page, "for i in $(seq 1 40); do echo line-$i; sleep 0.1; done");
    await expect.poll(() => screenText(page)).toContain("line-3\n");
    await watched.context.setOffline(true);
    await new Promise((resolve) => setTimeout(resolve, 800));
    await watched.context.setOffline(false);
    await expect.poll(() => screenText(page), { timeout: 15_000 }).toContain("line-40\n");
    const seen = (await screenText(page)).match(/line-\d+/g) ?? [];
    const numbers = seen.map((word) => Number(word.slice(5)));
    expect(numbers.slice(-25)).toEqual(Array.from({ length: 25 }, (_, index) => 16 + index));
    await watched.context.close();
  });

  test("says that it is gone when the engine was started anew, and leads to its recording", async () => {
    const watched = await site.context({ language: "en" });
    const { page } = watched;
    await enter(watched, "cy");
    await openShell(page);
    await type(page, "echo before-the-end");
    await expect.poll(() => screenText(page)).toContain("\nbefore-the-end");
    await site.engine.kill();
    await page.locator('.terminal-screen[data-state="lost"]').waitFor();
    await site.restart();
    await page.locator('.terminal-screen[data-state="gone"]').waitFor({ timeout: 30_000 });
    await page.locator('.terminal-tools a[href*="/recordings/"]').click();
    await page.locator(".player-bar input[type=range]").focus();
    await page.keyboard.press("End");
    await expect.poll(() => screenText(page)).toContain("before-the-end");
    await watched.context.close();
  });

  test("is not offered to a viewer", async () => {
    const { page, context } = await site.context({ language: "en" });
    const { path } = await site.engine.client.users.invite({
      name: "vi",
      grants: { site: "viewer", clusters: {} },
    });
    await page.goto(`${site.address}${path}`);
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".shell").waitFor();
    await page.goto(`${site.address}/terminals/new?kind=machine&cluster=site-a&machine=n1`);
    const open = page.locator("form button[type=submit]");
    await open.waitFor();
    expect(await open.isDisabled()).toBe(true);
    await context.close();
  });
});
