import type { Page } from "playwright-core";

/** What was measured in the page. */
export interface PageFigures {
  readonly bytes: number;
  readonly megabytesPerSecond: number;
  readonly memory: { readonly before: number; readonly most: number; readonly after: number };
  readonly echoBeside: readonly number[];
  readonly interrupt: readonly number[];
  readonly paint: readonly number[];
  readonly interactive: readonly number[];
  readonly longestTask: number;
}

/** Where the terminals of the measurement lead. */
export interface PagePlace {
  readonly address: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly resident: () => Promise<number>;
}

const BYTES = 100_000_000;
const OPEN = '.terminal-panel:not([hidden]) .terminal-screen[data-state="open"]';
const ROWS = ".terminal-panel:not([hidden]) .xterm-rows";
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Watches the visible screen from inside the page: when keys were pressed, and when what was looked for was painted. */
const WATCH = `
window.watchFor = (pattern) => new Promise((resolve) => {
  const rows = document.querySelector(${JSON.stringify(ROWS)});
  const look = () => {
    const found = rows.innerText.replaceAll("\\u00a0", " ").match(pattern);
    if (found === null) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve({ at: performance.now(), wall: Date.now(), text: found[0] }));
  };
  const observer = new MutationObserver(look);
  observer.observe(rows, { childList: true, subtree: true, characterData: true });
  look();
});
if (!window.keysWatched) {
  window.keysWatched = true;
  document.addEventListener("keydown", () => (window.keyAt = performance.now()), true);
}
`;

interface Seen {
  readonly at: number;
  readonly wall: number;
  readonly text: string;
}

/** Fills the form for another terminal in, as somebody would. */
const choose = async (page: Page, { namespace, pod }: PagePlace): Promise<void> => {
  await page.locator("#terminal-container").focus();
  await page.keyboard.type(`${namespace}/${pod}/`);
  await page.keyboard.press("Enter");
  await page.locator("form button[type=submit]").click();
  await page.locator(OPEN).waitFor();
  await page.evaluate(WATCH);
  await pause(1_000);
};

const open = async (page: Page, { address, cluster, namespace, pod }: PagePlace): Promise<void> => {
  const query = new URLSearchParams({ kind: "container", cluster, namespace, pod, container: pod });
  await page.goto(`${address}/terminals/new?${query.toString()}`);
  await page.locator("form button[type=submit]").click();
  await page.locator(OPEN).waitFor();
  await page.evaluate(WATCH);
  await pause(500);
};

const type = async (page: Page, line: string): Promise<void> => {
  await page.locator(".terminal-panel:not([hidden]) .xterm-helper-textarea").focus();
  await page.keyboard.insertText(line);
  await page.keyboard.press("Enter");
};

const until = (page: Page, pattern: string): Promise<Seen> =>
  page.evaluate(`window.watchFor(new RegExp(${JSON.stringify(pattern)}))`) as Promise<Seen>;

const FLOOD = "yes 0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01234";

/** Measures one page after the other; the order keeps what streams away from what must be quiet. */
export const measurePage = async (page: Page, place: PagePlace): Promise<PageFigures> => {
  const interactive = [await interactiveAfter(page, `${place.address}/`)];
  await open(page, place);
  interactive.push(await interactiveAfter(page, `${place.address}/terminals`));
  await page.locator(OPEN).waitFor();
  await page.evaluate(WATCH);
  const paint = await painted(page);
  const stream = await streamed(page, place);
  const interrupt = await interrupted(page);
  const echoBeside = await besideFlood(page, place);
  const longestTask = await scrolled(page, place);
  return { bytes: BYTES, ...stream, echoBeside, interrupt, paint, interactive, longestTask };
};

/** From the request to the page being drawn with nothing left to do that takes longer than a blink. */
const interactiveAfter = async (page: Page, url: string): Promise<number> => {
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(".page-head h1").waitFor();
  return (await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0)))",
  )) as number;
};

/** A program prints what time it is; the page knows what time it was when that was painted. One clock serves both. */
const painted = async (page: Page): Promise<readonly number[]> => {
  const samples: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    const mark = `T${index}E`;
    const seen = until(page, `${mark}(\\d{13})`);
    await type(page, `sleep 0.1; printf 'T%dE%s\\n' ${index} $(date +%s%3N)`);
    const { wall, text } = await seen;
    samples.push(wall - Number(text.slice(mark.length)));
  }
  return samples;
};

const streamed = async (
  page: Page,
  { resident }: PagePlace,
): Promise<Pick<PageFigures, "megabytesPerSecond" | "memory">> => {
  await type(page, "clear");
  const before = await resident();
  let most = before;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await resident());
      await pause(200);
    }
  })();
  await type(page, `${FLOOD} | head -c ${BYTES}; printf '\\nDO%s\\n' NE`);
  const from = (await page.evaluate("window.keyAt")) as number;
  const { at } = await until(page, "DONE");
  over.abort();
  await watching;
  await pause(2_000);
  return {
    megabytesPerSecond: BYTES / 1e6 / ((at - from) / 1000),
    memory: { before, most, after: await resident() },
  };
};

const interrupted = async (page: Page): Promise<readonly number[]> => {
  const samples: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    await type(page, `clear; PS1='ready${index}> '`);
    await until(page, `ready${index}> \\s*$`);
    await type(page, FLOOD);
    await pause(1_500);
    const seen = until(page, `\\^C\\s*ready${index}> `);
    await page.keyboard.press("Control+c");
    const from = (await page.evaluate("window.keyAt")) as number;
    samples.push((await seen).at - from);
  }
  return samples;
};

const besideFlood = async (page: Page, place: PagePlace): Promise<readonly number[]> => {
  await type(page, FLOOD);
  // Opened without leaving the page, so that the first tab goes on streaming into it.
  await page.locator('.page-actions a[href="/terminals/new"]').click();
  await page.locator("form button[type=submit]").waitFor();
  await choose(page, place);
  const samples: number[] = [];
  const letters = "qwertzuiopasdfghjklyxcvbnm";
  await type(page, "PS1=:");
  let typed = "";
  for (const letter of letters.repeat(2)) {
    typed += letter;
    const seen = until(page, `${typed.slice(-12)}\\s*$`);
    await page.keyboard.press(letter);
    const from = (await page.evaluate("window.keyAt")) as number;
    samples.push((await seen).at - from);
    await pause(60);
  }
  await page.keyboard.press("Control+c");
  return samples;
};

const scrolled = async (page: Page, { address }: PagePlace): Promise<number> => {
  await page.goto(`${address}/recordings`);
  await page.locator("table.data tbody tr").first().waitFor();
  await pause(1_500);
  return (await page.evaluate(`new Promise((resolve) => {
    const box = document.querySelector(".table-box");
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: "longtask" });
    let steps = 0;
    const step = () => {
      box.scrollTop += 400;
      steps += 1;
      if (steps < 200) requestAnimationFrame(step);
      else setTimeout(() => resolve(longest), 300);
    };
    requestAnimationFrame(step);
  })`)) as number;
};
