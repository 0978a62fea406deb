import { afterEach, expect, test, vi } from "vitest";
import type { Journal } from "../core/ports/index.ts";
import { crashAfter } from "./failpoint.ts";

afterEach(() => vi.restoreAllMocks());

test("the process is killed after the counted event is committed, and not before", async () => {
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const committed: string[] = [];
  const commit = (what: string) => async () => {
    await Promise.resolve();
    committed.push(what);
    return {} as never;
  };
  const journal = crashAfter({ create: commit("create"), append: commit("append") } as unknown as Journal, 3);
  await journal.create({} as never);
  await journal.append("op-0000000001", {} as never);
  expect(kill).not.toHaveBeenCalled();
  await journal.append("op-0000000001", {} as never);
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, "SIGKILL");
  expect(committed).toEqual(["create", "append", "append"]);
});
