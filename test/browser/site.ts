import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";

const root = join(import.meta.dirname, "..", "..");

/** Password of everybody in these tests. */
export const PASSWORD = "four legs on the roof";

/** A real engine that serves the built console, and a real browser. */
export interface BrowserSite {
  readonly engine: EngineProcess;
  readonly browser: Browser;
  readonly address: string;
  /** A fresh browser profile that speaks one language. Whatever its pages complain about is collected. */
  context(settings: ContextSettings): Promise<WatchedContext>;
  /** Another engine on the same data and the same address, after the first one was ended. */
  restart(): Promise<EngineProcess>;
  close(): Promise<void>;
}

/** How a profile looks. */
export interface ContextSettings {
  readonly language: "en" | "zh-CN";
  readonly scheme?: "light" | "dark";
  readonly width?: number;
}

/** A profile and what went wrong in it: errors of scripts, breaches of the policy, requests that left the origin. */
export interface WatchedContext {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts both. Engine and browser are in the network name space of the caller. */
export const openSite = async (): Promise<BrowserSite> => {
  const data = mkdtempSync(join(tmpdir(), "slipway-browser-"));
  const ui = join(root, "dist", "renderer");
  let engine = await startEngine(data, { LANG: "C.UTF-8" }, ["--listen", "127.0.0.1:0", "--ui", ui]);
  const [address = ""] = (await engine.client.console.status()).addresses;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
  });
  return {
    get engine() {
      return engine;
    },
    browser,
    address,
    context: (settings) => openContext(browser, address, settings),
    async restart() {
      engine = await startEngine(data, {}, ["--listen", new URL(address).host, "--ui", ui]);
      return engine;
    },
    async close() {
      await browser.close();
      await engine.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
};

const openContext = async (
  browser: Browser,
  address: string,
  { language, scheme = "light", width = 1280 }: ContextSettings,
): Promise<WatchedContext> => {
  const context = await browser.newContext({
    locale: language,
    colorScheme: scheme,
    viewport: { width, height: 800 },
    ignoreHTTPSErrors: true,
    reducedMotion: "reduce",
  });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("console", (message) => {
    // A refused call and a lost connection are told by the browser too.
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("data:") && !url.startsWith("blob:")) {
      complaints.push(`a request left the origin: ${url}`);
    }
  });
  return { context, page, complaints };
};

/** Makes the first administrator by the link, as a person would. */
export const enrolFirst = async ({ engine, address }: BrowserSite, page: Page): Promise<void> => {
  const { path } = await engine.client.users.invite({ grants: { site: "administrator", clusters: {} } });
  await page.goto(`${address}${path}`);
  await page.locator("#user").fill("ada");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#again").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator(".shell").waitFor();
};
