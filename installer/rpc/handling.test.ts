import { expect, test } from "vitest";
import { fakeRedactor } from "../../test/fakes/engine-services.ts";
import { withinDeadline } from "./handling.ts";

type Options = Parameters<ReturnType<typeof withinDeadline>>[0];

const call = (
  deadlineMs: number | "none",
  next: (signal: AbortSignal | undefined) => Promise<unknown>,
): Promise<unknown> =>
  withinDeadline(fakeRedactor())({
    path: ["operations", "plan"],
    procedure: { "~orpc": { meta: { deadlineMs } } },
    context: { by: "alice" },
    next: (options?: { signal?: AbortSignal }) => next(options?.signal),
  } as unknown as Options);

test("a call beyond its deadline is answered with CALL_TIMEOUT, even when its handler never looks up", async () => {
  let aborted: unknown;
  const late = call(20, (signal) => {
    signal?.addEventListener("abort", () => (aborted = signal.reason));
    return new Promise(() => {});
  });
  await expect(late).rejects.toMatchObject({
    code: "CALL_TIMEOUT",
    status: 504,
    data: { params: { call: "operations.plan", seconds: 0.02 } },
  });
  expect(aborted).toMatchObject({ code: "CALL_TIMEOUT" });
});

test("a call within its deadline is answered as it is", async () => {
  expect(await call(1000, () => Promise.resolve("answer"))).toBe("answer");
});
