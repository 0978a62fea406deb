import { createServer, get, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { leaveWhenIdle, watchTraffic, type Traffic } from "./traffic.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const step of undo.splice(0).toReversed()) step();
});

const quietSince = (start: number): Traffic => ({ quietMs: () => performance.now() - start });

test("a private engine leaves once nothing runs and nobody calls for long enough", () => {
  vi.useFakeTimers();
  const leave = vi.fn();
  leaveWhenIdle(10, { traffic: quietSince(performance.now()), idle: () => true, leave });
  vi.advanceTimersByTime(9_000);
  expect(leave).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2_000);
  expect(leave).toHaveBeenCalledOnce();
});

test("a private engine stays while an operation runs, and for its full time after that", () => {
  vi.useFakeTimers();
  const leave = vi.fn();
  let running = true;
  leaveWhenIdle(10, { traffic: quietSince(performance.now()), idle: () => !running, leave });
  vi.advanceTimersByTime(60_000);
  running = false;
  vi.advanceTimersByTime(8_000);
  expect(leave).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4_000);
  expect(leave).toHaveBeenCalledOnce();
});

test("an answer under way, such as a feed, counts as a caller", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-t-"));
  const socketPath = join(folder, "s");
  const answer = Promise.withResolvers<() => void>();
  const server: Server = createServer((_request, response) => {
    response.write("x");
    answer.resolve(() => response.end());
  });
  const traffic = watchTraffic(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  undo.push(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const ended = new Promise<void>((resolve) => {
    get({ socketPath }, (response) => response.resume().once("close", resolve));
  });
  const end = await answer.promise;
  expect(traffic.quietMs()).toBe(0);
  end();
  await ended;
  await vi.waitFor(() => expect(traffic.quietMs()).toBeGreaterThan(0));
});
