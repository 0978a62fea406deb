import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityFaults } from "./axe.ts";
import { pagePaths, unreachableSpec } from "./pages.ts";
import { enrolFirst, openSite, PASSWORD, type BrowserSite, type WatchedContext } from "./site.ts";

let site: BrowserSite;
beforeAll(async () => {
  site = await openSite();
  await site.engine.client.secrets.set({ name: "site.key", value: "not the password" });
});
afterAll(() => site.close());

const words = {
  en: {
    check: "Check machines",
    failed: "failed",
    skip: "Skip n1",
    leave: "Leave it",
    operations: "Operations",
  },
  "zh-CN": { check: "检查机器", failed: "失败", skip: "跳过 n1", leave: "取消", operations: "操作" },
} as const;

/** Everybody after the first is invited by name. */
const enter = async (watched: WatchedContext, name: string): Promise<void> => {
  const { path } = await site.engine.client.users.invite({
    name,
    grants: { site: "administrator", clusters: {} },
  });
  await watched.page.goto(`${site.address}${path}`);
  await watched.page.locator("#password").fill(PASSWORD);
  await watched.page.locator("#again").fill(PASSWORD);
  await watched.page.locator("button[type=submit]").click();
  await watched.page.locator(".shell").waitFor();
};

describe.each(["en", "zh-CN"] as const)("in %s", (language) => {
  test("from the enrolment link to a live operation that a reload does not disturb", async () => {
    const watched = await site.context({ language });
    const { page } = watched;
    if (language === "en") await enrolFirst(site, page);
    else await enter(watched, "bo");
    expect(await page.locator("html").getAttribute("lang")).toBe(language);

    await page.goto(`${site.address}/clusters/new`);
    await page.locator("textarea").fill(unreachableSpec(`lab-${language.toLowerCase()}`));
    const said = words[language];
    const check = page.getByRole("button", { name: said.check, exact: true });
    await check.click();
    await page.getByRole("dialog").getByRole("button", { name: said.check }).click();
    await page.waitForURL(/\/operations\/op-/);
    await page.locator(".lane").first().waitFor();
    // The runner tries again for some seconds: the page is loaded again in the middle of that.
    await page.locator(".lane-name").first().click();
    await page.waitForURL(/machine=n1/);
    await page.reload();
    await page.locator(".lane").first().waitFor();
    await page.locator(".step").first().waitFor();
    await page.locator(".problem").first().waitFor({ timeout: 90_000 });
    await page.locator(".page-head .status", { hasText: said.failed }).waitFor({ timeout: 90_000 });
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const seen = await page.locator(".step summary").allTextContents();
    await page.reload();
    await page.locator(".step").first().waitFor();
    await expect.poll(() => page.locator(".step summary").allTextContents()).toEqual(seen);

    const { status } = await site.engine.client.operations.get({ id });
    expect(status).toBe("failed");
    expect(await page.locator(".cli code").last().textContent()).toBe(`slipway operation watch ${id}`);
    await page.getByRole("button", { name: said.skip }).first().click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator(".cli code").textContent()).toContain(`slipway operation skip ${id} n1`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: said.leave }).click();
    expect(watched.complaints).toEqual([]);
    await watched.context.close();
  });

  test.each(["light", "dark"] as const)("every page in %s is free of faults of access", async (scheme) => {
    const watched = await site.context({ language, scheme });
    await enter(watched, `${scheme}-${language.toLowerCase()}`);
    const { page, complaints } = watched;
    const [operation] = await site.engine.client.operations.list();
    const [machine] = await site.engine.client.machines.list();
    const paths = [
      ...Object.values(pagePaths),
      `/operations/${operation?.id ?? ""}?machine=n1`,
      `/machines/${machine?.cluster ?? ""}/${machine?.name ?? ""}`,
      "/no-such-page",
    ];
    const faults: string[] = [];
    for (const path of paths) {
      await page.goto(`${site.address}${path}`);
      await page.locator("h1").waitFor();
      await expect.poll(() => page.locator(".loading").count(), { timeout: 30_000 }).toBe(0);
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${path} ${fault}`));
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      if (overflow !== 0) faults.push(`${path} is wider than the window by ${String(overflow)}`);
    }
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    await watched.context.close();
  });
});

describe("a session", () => {
  test("that ends in the middle asks for the password over the page, and keeps what was typed", async () => {
    const watched = await site.context({ language: "en" });
    const { page } = watched;
    await enter(watched, "cy");
    await page.goto(`${site.address}/clusters/new`);
    await page.locator("textarea").fill("name: half-written\n");
    const [session] = await site.engine.client.users.sessions({ user: "cy" });
    await site.engine.client.users.endSession({ id: session?.id ?? "" });
    const dialog = page.getByRole("dialog");
    await dialog.locator("#password").fill("wrong wrong wrong");
    await dialog.locator("button[type=submit]").click();
    await dialog.locator(".problem").waitFor();
    await dialog.locator("#password").fill(PASSWORD);
    await dialog.locator("button[type=submit]").click();
    await dialog.waitFor({ state: "detached" });
    expect(await page.locator("textarea").inputValue()).toBe("name: half-written\n");
    await watched.context.close();
  });

  test("sees that the engine is gone, and goes on by itself when it is back", async () => {
    const watched = await site.context({ language: "en" });
    const { page } = watched;
    await enter(watched, "di");
    await page.goto(`${site.address}/operations`);
    await page.locator("table.data").waitFor();
    await site.engine.kill();
    await page.locator(".banner").waitFor();
    await site.restart();
    await page.locator(".banner").waitFor({ state: "detached", timeout: 30_000 });
    expect(await page.locator("table.data tbody tr").count()).toBeGreaterThan(0);
    await watched.context.close();
  });

  test("of a viewer is offered no action, and no page of administrators", async () => {
    const { path } = await site.engine.client.users.invite({
      name: "vi",
      grants: { site: "viewer", clusters: {} },
    });
    const { page, context } = await site.context({ language: "en" });
    await page.goto(`${site.address}${path}`);
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".shell").waitFor();
    expect(await page.locator(".side a").allTextContents()).not.toContain("Users");
    const [operation] = await site.engine.client.operations.list();
    await page.goto(`${site.address}/operations/${operation?.id ?? ""}`);
    const retry = page.locator(".page-actions button");
    await retry.first().waitFor();
    expect(await retry.first().isDisabled()).toBe(true);
    await context.close();
  });
});

describe("the door", () => {
  test("says what is wrong with a link that was used, and shows where the first one comes from", async () => {
    const { page, context } = await site.context({ language: "zh-CN" });
    await page.goto(`${site.address}/enrol#no-such-link`);
    await page.locator(".problem").waitFor();
    expect(await page.locator(".problem").textContent()).toContain("ENROLMENT_INVALID");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${site.address}/`);
    await page.locator("#user").fill("ada");
    await page.locator("#password").fill("wrong wrong wrong");
    await page.locator("button[type=submit]").click();
    await page.locator(".problem").waitFor();
    expect(await page.locator("#user").inputValue()).toBe("ada");
    expect(await accessibilityFaults(page)).toEqual([]);
    await context.close();
  });
});
