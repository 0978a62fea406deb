import { expect, test } from "vitest";
import { text } from "../installer/contract/text.ts";
import { isBusy, noticesBetween, trayText, type Told } from "./operations.ts";

const op = (id: string, status: Told["status"]): Told => ({
  id: `op-${id}`,
  workflow: "bootstrap",
  cluster: "site-a",
  status,
});
const english = {
  language: "en",
  workflows: new Map([["bootstrap", text("Make a cluster", "创建集群")]]),
} as const;
const chinese = { ...english, language: "zh-CN" } as const;

test("the first look tells nothing, however much has happened before", () => {
  expect(noticesBetween(undefined, [op("a", "failed")], english)).toEqual([]);
});

test("an operation that ends is told once, with the page that shows it", () => {
  const now = [op("a", "succeeded")];
  expect(noticesBetween([op("a", "running")], now, english)).toEqual([
    { title: "Make a cluster of site-a has succeeded", body: "", page: "/operations/op-a" },
  ]);
  expect(noticesBetween(now, now, english)).toEqual([]);
});

test("one that fails or is paused asks for a decision, in the language of the page", () => {
  expect(noticesBetween([op("a", "running")], [op("a", "failed")], english)[0]?.title).toBe(
    "Make a cluster of site-a needs a decision",
  );
  expect(noticesBetween([op("a", "running")], [op("a", "failed")], chinese)[0]?.title).toBe(
    "site-a 的“创建集群”需要处理",
  );
  expect(noticesBetween([op("a", "running")], [op("a", "paused")], english)).toHaveLength(1);
});

test("one that began and ended between two looks is told, one that merely began or goes on is not", () => {
  expect(noticesBetween([], [op("b", "cancelled")], english)).toHaveLength(1);
  expect(noticesBetween([op("a", "failed")], [op("a", "running"), op("b", "running")], english)).toEqual([]);
});

test("the tray says what runs and what waits", () => {
  expect(trayText(undefined, "en")).toBe("The engine does not answer");
  expect(trayText([op("a", "succeeded")], "en")).toBe("Nothing is running");
  expect(trayText([op("a", "running"), op("b", "cancelling"), op("c", "failed")], "en")).toBe(
    "2 operations are running, 1 needs a decision",
  );
  expect(trayText([op("a", "running"), op("c", "paused"), op("d", "failed")], "zh-CN")).toBe(
    "1 个操作正在运行，2 个需要处理",
  );
});

test("only what runs keeps the app in the tray", () => {
  expect([isBusy([op("a", "failed")]), isBusy([op("a", "cancelling")]), isBusy(undefined)]).toEqual([
    false,
    true,
    false,
  ]);
});
