import { expect, test } from "vitest";
import type { KubeRow } from "../../installer/contract/kube.ts";
import { changed, matching } from "./kube-list.ts";

const row = (name: string, more: Partial<KubeRow> = {}): KubeRow => ({
  id: `default/${name}`,
  namespace: "default",
  name,
  createdAt: 0,
  tone: "ok",
  state: "Running",
  ...more,
});

test("a list follows its changes and leaves what was shown before alone", () => {
  const first = changed(new Map(), [{ kind: "all", rows: [row("a"), row("b")] }]);
  const second = changed(first, [
    { kind: "set", row: row("a", { state: "Failed" }) },
    { kind: "gone", id: "default/b" },
    { kind: "set", row: row("c") },
  ]);
  expect([...second.values()].map(({ name, state }) => `${name} ${state}`)).toEqual([
    "a Failed",
    "c Running",
  ]);
  expect([...first.values()].map(({ state }) => state)).toEqual(["Running", "Running"]);
  expect([...changed(second, [{ kind: "all", rows: [row("z")] }]).keys()]).toEqual(["default/z"]);
  expect(changed(second, [])).toBe(second);
});

test("a filter looks for every word in all that a row says", () => {
  const rows = [
    row("web-1", { node: "n2" }),
    row("db-1", { namespace: "data" }),
    row("web-2", { state: "CrashLoopBackOff" }),
  ];
  const names = (words: string, namespace = ""): readonly string[] =>
    matching(rows, { words, namespace }).map(({ name }) => name);
  expect(names("WEB")).toEqual(["web-1", "web-2"]);
  expect(names(" web  crash ")).toEqual(["web-2"]);
  expect(names("n2")).toEqual(["web-1"]);
  expect(names("", "data")).toEqual(["db-1"]);
});
