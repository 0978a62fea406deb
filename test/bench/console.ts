import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { WebSocket } from "ws";
import { USER_HEADER } from "../../installer/contract/api/version.ts";
import {
  inputFrame,
  readEngineFrame,
  shownFrame,
  TERMINAL_PATH,
  TERMINAL_PROTOCOL,
} from "../../installer/contract/terminal-frames.ts";
import { headLine } from "../../installer/contract/asciicast.ts";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";
import { measurePage, type PageFigures } from "./console/page.ts";

export const title = "Console";

/** A data folder whose engine knows a running cluster; this process must be inside the lab's network. */
const data = process.env["SLIPWAY_BENCH_DATA"] ?? "";
const TERMINALS = 100;
const ROWS = 2_000;
const PASSWORD = "four legs on the roof";

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const resident = async ({ client }: EngineProcess): Promise<number> =>
  (await client.engine.info()).residentBytes;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (all: readonly number[], part: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? Number.NaN;

/** Measures the web shell from a container of a real cluster to the page, and the console's lists. */
export const measure = async (): Promise<string> => {
  if (!existsSync(join(data, "journal.db"))) {
    throw new Error("SLIPWAY_BENCH_DATA must be the data folder of a lab that has a cluster");
  }
  const ui = new URL("../../dist/renderer", import.meta.url).pathname;
  const fakes = fakeRecordings(join(data, "recordings"));
  const engine = await startEngine(data, { LANG: "C.UTF-8" }, ["--listen", "127.0.0.1:0", "--ui", ui]);
  try {
    const [address = ""] = (await engine.client.console.status()).addresses;
    const { cluster, namespace, pod } = await benchPod(engine);
    const figures = await inBrowser(engine, address, { cluster, namespace, pod });
    const many = await manyTerminals(engine, { cluster, namespace, pod });
    return report(figures, many);
  } finally {
    await engine.stop();
    fakes.remove();
  }
};

interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
}

/** A pod with a shell: `kubectl run bench --image slipway.local/debug:... -- sleep infinity`. */
const benchPod = async ({ client }: EngineProcess): Promise<Place> => {
  const [known] = await client.clusters.list();
  const cluster = known?.cluster ?? "";
  const pods = await client.terminals.pods({ cluster });
  const found = pods.find(
    ({ pod, containers }) => pod.startsWith("bench") && containers[0]?.running === true,
  );
  if (found === undefined) throw new Error(`the cluster ${cluster} has no pod named bench with a shell`);
  return { cluster, namespace: found.namespace, pod: found.pod };
};

const inBrowser = async (engine: EngineProcess, address: string, place: Place): Promise<PageFigures> => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ignoreHTTPSErrors: true,
    });
    const page: Page = await context.newPage();
    const name = `bench-${Date.now().toString(36)}`;
    const { path } = await engine.client.users.invite({
      name,
      grants: { site: "administrator", clusters: {} },
    });
    await page.goto(`${address}${path}`);
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".shell").waitFor();
    return await measurePage(page, { address, ...place, resident: () => resident(engine) });
  } finally {
    await browser.close();
  }
};

interface ManyFigures {
  readonly before: number;
  readonly after: number;
  readonly busy: number;
  readonly echo: readonly number[];
  readonly openedMs: number;
}

/** Terminals beside each other, each watched by a client and printing a line a second; keys are typed into one of them. */
const manyTerminals = async (
  engine: EngineProcess,
  { cluster, namespace, pod }: Place,
): Promise<ManyFigures> => {
  const { client } = engine;
  const before = await resident(engine);
  const begun = performance.now();
  const ids: string[] = [];
  while (ids.length < TERMINALS) {
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => client.terminals.openContainer({ cluster, namespace, pod })),
    );
    ids.push(...opened.map(({ id }) => id));
  }
  const openedMs = performance.now() - begun;
  const watched = await Promise.all(ids.map(watch));
  const after = await resident(engine);
  for (const { type } of watched.slice(1)) type("while date; do sleep 1; done\n");
  await pause(5_000);
  const echo: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    const sent = performance.now();
    await watched[0]?.echoed("x");
    echo.push(performance.now() - sent);
    await pause(40);
  }
  const busy = await resident(engine);
  await Promise.all(ids.map((terminal) => client.terminals.close({ terminal })));
  for (const { close } of watched) close();
  return { before, after, busy, echo, openedMs };
};

const watch = (id: string) =>
  new Promise<{ type(text: string): void; echoed(key: string): Promise<void>; close(): void }>(
    (resolve, reject) => {
      const path = `ws+unix://${join(data, "engine.sock")}:${TERMINAL_PATH}${id}`;
      const socket = new WebSocket(path, TERMINAL_PROTOCOL, {
        headers: { [USER_HEADER]: "test", host: "engine" },
      });
      let onOutput: (() => void) | undefined;
      socket.on("message", (received) => {
        const frame = readEngineFrame(received as Buffer);
        if (frame?.kind !== "output") return;
        socket.send(shownFrame(frame.sequence + frame.bytes.length));
        onOutput?.();
      });
      socket.on("error", reject);
      socket.on("open", () =>
        resolve({
          type: (text) => socket.send(inputFrame(Buffer.from(text))),
          echoed: (key) =>
            new Promise((done) => {
              onOutput = done;
              socket.send(inputFrame(Buffer.from(key)));
            }),
          close: () => socket.close(),
        }),
      );
    },
  );

/** A long list: recordings of terminals that never were, taken away again. */
const fakeRecordings = (folder: string): { remove(): void } => {
  mkdirSync(folder, { recursive: true });
  const paths = Array.from({ length: ROWS }, (_, index) => {
    const id = `t-bench${String(index).padStart(7, "0")}`;
    const path = join(folder, `${id}.cast`);
    const target = { kind: "machine" as const, cluster: "bench", machine: `n${index}` };
    const slipway = { id, user: "bench", via: "session", address: "10.0.0.9", why: "", target };
    writeFileSync(
      path,
      headLine({ version: 2, width: 80, height: 24, timestamp: 1_700_000_000 + index, slipway }),
    );
    return path;
  });
  return { remove: () => paths.forEach((path) => rmSync(path, { force: true })) };
};

const report = (page: PageFigures, many: ManyFigures): string => {
  const rows: readonly (readonly [string, string, string])[] = [
    [
      "output of a container to the page's xterm",
      `${page.megabytesPerSecond.toFixed(1)} MB/s (${megabytes(page.bytes)} MB)`,
      "10 MB/s, aim 30",
    ],
    [
      "engine memory: before, most while it streams, after",
      `${megabytes(page.memory.before)}, ${megabytes(page.memory.most)}, ${megabytes(page.memory.after)} MB`,
      "flat",
    ],
    [
      "keys echoed in a second tab while the first streams, median / p95",
      `${quantile(page.echoBeside, 0.5).toFixed(0)} / ${quantile(page.echoBeside, 0.95).toFixed(0)} ms`,
      "100 ms",
    ],
    [
      "Ctrl-C in the flood to the prompt on the screen, median",
      `${quantile(page.interrupt, 0.5).toFixed(0)} ms`,
      "100 ms",
    ],
    [
      "printed in the container to painted on the page, median / p95",
      `${quantile(page.paint, 0.5).toFixed(0)} / ${quantile(page.paint, 0.95).toFixed(0)} ms`,
      "150 ms",
    ],
    [
      "page interactive: first load / terminals",
      `${page.interactive.map((ms) => ms.toFixed(0)).join(" / ")} ms`,
      "1500 ms",
    ],
    [`scrolling ${ROWS} recordings: longest task`, `${page.longestTask.toFixed(0)} ms`, "100 ms"],
    [`${TERMINALS} terminals opened in containers`, `${(many.openedMs / 1000).toFixed(1)} s`, "–"],
    [
      `engine memory: before, with ${TERMINALS}, all of them printing`,
      `${megabytes(many.before)}, ${megabytes(many.after)}, ${megabytes(many.busy)} MB`,
      "–",
    ],
    [
      "keys echoed by one of them meanwhile, median / p95",
      `${quantile(many.echo, 0.5).toFixed(0)} / ${quantile(many.echo, 0.95).toFixed(0)} ms`,
      "100 ms",
    ],
  ];
  return [
    "A real cluster of one lab machine on the same computer; a headless Chromium without a graphics processor shows the page, so",
    "browser, engine, API server, kubelet and the program share two cores. Everything is recorded meanwhile.",
    "",
    "| what | measured | target |",
    "| --- | --- | --- |",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
};
