import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { pagePaths, unreachableSpec } from "./pages.ts";
import { enrolFirst, openSite, PASSWORD, type BrowserSite } from "./site.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "screenshots");

/** Pictures of the pages that need nothing but an address. */
const shoot = async (page: Page, name: string): Promise<void> => {
  await page.locator("h1").first().waitFor();
  while ((await page.locator(".loading").count()) > 0) await page.waitForTimeout(100);
  // Two frames after the last change everything is laid out; painting it takes a busy computer a moment longer.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 70 });
};

const ended = async (site: BrowserSite, id: string): Promise<void> => {
  for await (const _item of await site.engine.client.operations.events({ id })) continue;
};

/**
 * Pictures of every page in both languages and themes into docs/screenshots. SLIPWAY_SITE_SPEC names the spec of machines
 * that answer; then this runs inside the network of their lab, as in `ip netns exec NAME npm run screenshots`.
 */
const main = async (): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const site = await openSite();
  try {
    const first = await site.context({ language: "en" });
    await enrolFirst(site, first.page);
    const { client } = site.engine;
    const link = await client.users.invite({ name: "bo", grants: { site: "operator", clusters: {} } });
    await client.secrets.set({ name: "site.key", value: "not the password" });
    const specFile = process.env["SLIPWAY_SITE_SPEC"];
    const text = specFile === undefined ? unreachableSpec("site-a") : readFileSync(specFile, "utf8");
    const failing = await client.operations.start({
      workflow: "check",
      spec: { file: "b.yaml", text: unreachableSpec("site-b") },
    });
    // Two operations never share a machine.
    await ended(site, failing.id);
    const checked = await client.operations.start({ workflow: "check", spec: { file: "site-a.yaml", text } });
    await ended(site, checked.id);
    const [machine] = await client.machines.list({ cluster: checked.cluster });
    const paths = {
      ...pagePaths,
      operation: `/operations/${checked.id}?machine=${machine?.name ?? ""}`,
      "operation-failed": `/operations/${failing.id}?machine=n1`,
      machine: `/machines/${machine?.cluster ?? ""}/${machine?.name ?? ""}`,
    };
    for (const language of ["en", "zh-CN"] as const) {
      for (const scheme of ["light", "dark"] as const) {
        const { page, context } = await site.context({ language, scheme });
        const name = (of: string): string => `${of}-${language}-${scheme}`;
        await page.goto(`${site.address}/enrol#${link.token}`);
        await page.locator("#password").waitFor();
        await shoot(page, name("enrol"));
        await page.goto(`${site.address}/`);
        await shoot(page, name("login"));
        await page.locator("#user").fill("ada");
        await page.locator("#password").fill(PASSWORD);
        await page.locator("button[type=submit]").click();
        await page.locator(".shell").waitFor();
        for (const [of, path] of Object.entries(paths)) {
          await page.goto(`${site.address}${path}`);
          await shoot(page, name(of));
        }
        await context.close();
      }
    }
  } finally {
    await site.close();
  }
};

await main();
