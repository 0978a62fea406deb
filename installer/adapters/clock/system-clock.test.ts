import { describe, expect, test } from "vitest";
import { systemClock } from "./system-clock.ts";

describe("the system clock", () => {
  test("sleeps about as long as asked", async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(15);
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(14);
  });

  test("rejects with CANCELLED as soon as the signal aborts", async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test("rejects with CANCELLED when the signal was aborted before", async () => {
    await expect(systemClock.sleep(1, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test("can sleep longer than a timer of Node lasts", async () => {
    const controller = new AbortController();
    let woke = false;
    const sleeping = systemClock.sleep(2 ** 31 + 1_000, controller.signal).then(
      () => (woke = true),
      () => undefined,
    );
    await systemClock.sleep(10);
    controller.abort();
    await sleeping;
    expect(woke).toBe(false);
  });
});
