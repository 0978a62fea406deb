import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connect, type Connection } from "../../installer/cli/link/client.ts";
import { unreachableSpec } from "../browser/pages.ts";
import { freshHome, openDisplay, startApp, type AppSettings, type Display, type RunningApp } from "./app.ts";
import { buildForElectron9, type OldBuild } from "./build.ts";

let build: OldBuild;
let display: Display;
const undo: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  [build, display] = await Promise.all([buildForElectron9(), openDisplay()]);
});
afterAll(() => display.close());
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const start = async (settings: Partial<AppSettings> = {}): Promise<RunningApp> => {
  const home = settings.home ?? freshHome();
  const run = await startApp({ build, display, home, ...settings });
  undo.push(async () => {
    await run.close().catch(() => undefined);
    const engine = connect({ socketPath: join(run.data, "engine.sock"), user: "test" });
    await engine.client.engine.shutdown().catch(() => undefined);
    engine.close();
    await leaving(run);
    rmSync(home, { recursive: true, force: true });
  });
  return run;
};

const engineOf = ({ data }: RunningApp): Connection => {
  const connection = connect({ socketPath: join(data, "engine.sock"), user: "test" });
  undo.push(() => connection.close());
  return connection;
};

const pidOf = ({ data }: RunningApp): number =>
  (JSON.parse(readFileSync(join(data, "engine.json"), "utf8")) as { pid: number }).pid;

/** A process whose end nobody has asked for yet is still listed, as a zombie. */
const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

const until = async (what: string, holds: () => unknown, seconds = 30): Promise<void> => {
  for (const end = Date.now() + seconds * 1000; !(await holds());) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(50);
  }
};

const leaving = async (run: RunningApp): Promise<void> => {
  if (existsSync(join(run.data, "engine.json"))) await until("the engine leaves", () => !lives(pidOf(run)));
};

const shown = async ({ page }: RunningApp): Promise<void> => {
  await page.locator(".shell").waitFor({ timeout: 60_000 });
};

const visit = async ({ page }: RunningApp, name: string): Promise<void> => {
  await page.locator("nav").getByText(name, { exact: true }).click();
  await page.locator("h1", { hasText: name }).waitFor();
};

describe("the desktop app", () => {
  test("starts an engine of its own and shows its pages over the pipe, without a login", async () => {
    const run = await start();
    await shown(run);
    expect(run.page.url()).toBe("slipway-app://console/");
    expect(lives(pidOf(run))).toBe(true);
    for (const name of ["Operations", "Clusters", "Machines", "Bundles", "Audit", "Settings", "About"]) {
      await visit(run, name);
    }
    // There is no session to end.
    expect(await run.page.getByText("Sign out").count()).toBe(0);
    expect(run.complaints).toEqual([]);
  });

  test("follows an operation live, tells its end in the tray's words, and speaks Chinese", async () => {
    const run = await start({ language: "zh-CN" });
    await shown(run);
    await visit(run, "操作");
    const { client } = engineOf(run);
    await client.secrets.set({ name: "site.key", value: "not the password" });
    const { id } = await client.operations.start({
      workflow: "check",
      spec: { file: "a.yaml", text: unreachableSpec("site-a") },
    });
    await run.page.getByText(id).first().click();
    await run.page.locator(".problem").first().waitFor({ timeout: 60_000 });
    const menu = await run.app.evaluate(({ Menu }) =>
      Menu.getApplicationMenu()?.items.map(({ label }) => label),
    );
    expect(menu).toEqual(["文件", "编辑", "视图", "转到", "帮助"]);
    expect(run.complaints).toEqual([]);
  });

  test("hands the page nothing but two functions, and runs it without Node", async () => {
    const run = await start();
    await shown(run);
    const inPage = await run.page.evaluate(
      "({ bridge: Object.keys(window.slipwayDesktop).sort(), node: [typeof require, typeof process, typeof module] })",
    );
    expect(inPage).toEqual({ bridge: ["open", "pathOf"], node: ["undefined", "undefined", "undefined"] });
    const settings = await run.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } =
        contents.getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
    });
    expect(settings).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  test("lets its page neither leave, nor reach the network, nor ask for devices", async () => {
    const run = await start();
    await shown(run);
    // Not by the driver, which would wait for the page to leave.
    const script = `(async () => {
      const silence = () => new Promise((_, no) => setTimeout(no, 3000));
      const outcome = async (work) => {
        try { await Promise.race([work(), silence()]); return "granted"; } catch { return "refused"; }
      };
      const tried = {
        fetch: await outcome(() => fetch("http://127.0.0.1:1/")),
        own: await outcome(() => fetch("/icon.svg")),
        socket: await outcome(() => new Promise((ok, no) => { const s = new WebSocket("ws://127.0.0.1:1/"); s.onopen = ok; s.onerror = no; })),
        evaluated: await outcome(() => (0, eval)("1")),
        place: await outcome(() => new Promise((ok, no) => navigator.geolocation.getCurrentPosition(ok, no))),
        devices: await outcome(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      };
      const frame = document.createElement("iframe");
      frame.src = "data:text/html,<p>x";
      document.body.append(frame);
      setTimeout(() => location.assign("https://127.0.0.1:1/"), 100);
      return tried;
    })()`;
    const tried = await run.app.evaluate(
      ({ BrowserWindow }, code) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code) as unknown,
      script,
    );
    await sleep(1000);
    expect(tried).toEqual({
      fetch: "refused",
      own: "refused",
      socket: "refused",
      evaluated: "refused",
      place: "refused",
      devices: "refused",
    });
    const urls = await run.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getURL()),
    );
    expect(urls).toEqual(["slipway-app://console/"]);
  });

  test("listens to its own window only: another page with the same preload gets no pipe", async () => {
    const run = await start();
    await shown(run);
    const got = await run.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const stranger = new BrowserWindow({
          show: false,
          webPreferences: { preload, contextIsolation: true, sandbox: true },
        });
        await stranger.loadURL("data:text/html,<p>x");
        const heard = await stranger.webContents.executeJavaScript(
          `new Promise((done) => {
          const heard = [];
          for (const name of ["engine", "shell"]) slipwayDesktop.open(name, (message) => heard.push(message.kind));
          setTimeout(() => done(heard), 1500);
        })`,
        );
        stranger.destroy();
        return heard as unknown;
      },
      join(build.shell, "preload.cjs"),
    );
    expect(got).toEqual([]);
  });

  test("is one: a second start ends at once and brings the first to the page of its link", async () => {
    const run = await start();
    await shown(run);
    expect(await run.again(["slipway://machines"])).toBe(0);
    await run.page.locator("h1", { hasText: "Machines" }).waitFor();
    expect(await run.again(["slipway://user@operations", "https://example.org/"])).toBe(0);
    expect(run.page.url()).toBe("slipway-app://console/machines");
    expect(await run.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test("opens where it was left", async () => {
    const home = freshHome();
    const first = await start({ home });
    await shown(first);
    await first.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 50, width: 1010, height: 620 });
    });
    await first.close();
    const second = await start({ home, words: ["slipway://about"] });
    await shown(second);
    expect(second.page.url()).toBe("slipway-app://console/about");
    const bounds = await second.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect(bounds).toMatchObject({ width: 1010, height: 620 });
  });

  test("comes back by itself when its engine is killed", async () => {
    const run = await start();
    await shown(run);
    const before = pidOf(run);
    process.kill(before, "SIGKILL");
    await until("another engine runs", () => pidOf(run) !== before && lives(pidOf(run)), 60);
    await run.page.locator(".banner").waitFor({ state: "detached", timeout: 60_000 });
    await visit(run, "About");
    await run.page.getByText(String(pidOf(run))).waitFor({ timeout: 60_000 });
    expect(pidOf(run)).not.toBe(before);
  });

  test("quitting leaves the engine to end by itself", async () => {
    const run = await start();
    await shown(run);
    const pid = pidOf(run);
    await run.close();
    expect(lives(pid)).toBe(true);
    await until("the engine leaves by itself", () => !lives(pid), 40);
  });

  test("offers a bundle that was chosen in the menu, and what is none is refused by the engine", async () => {
    const run = await start();
    await shown(run);
    const file = join(run.data, "no-bundle.tar");
    writeFileSync(file, "x".repeat(4096));
    await run.app.evaluate(({ dialog, Menu }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
      const items = Menu.getApplicationMenu()?.items[0]?.submenu?.items;
      items?.[0]?.click();
    }, file);
    await run.page.locator("h1", { hasText: "Bundles" }).waitFor();
    await until(
      "the path is in the form",
      async () => (await run.page.locator("#bundle-path").inputValue()) === file,
    );
    await run.page.locator("#bundle-import").click();
    await run.page.getByText("BUNDLE_HEADER_BAD").waitFor({ timeout: 60_000 });
    expect(run.complaints).toEqual([]);
  });
});
