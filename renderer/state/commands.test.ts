import { describe, expect, test } from "vitest";
import { nouns } from "../../installer/cli/commands/index.ts";
import { command, shellWord } from "./commands.ts";

const target = { machine: "n1", cluster: "site-a" };
const samples = [
  command.pause("op-1", "why not"),
  command.terminalList(),
  command.terminalClose("t-1"),
  command.recordList(),
  command.recordReplay("t-1"),
  command.recordRemove("t-1"),
  command.shell({ kind: "machine", cluster: "site-a", machine: "n1" }, "why"),
  command.shell({ kind: "kubectl", cluster: "site-a" }, ""),
  command.shell(
    { kind: "container", cluster: "site-a", namespace: "shop", pod: "web-0", container: "web", debug: true },
    "why",
  ),
  command.resume("op-1", "x"),
  command.retry("op-1", "n1"),
  command.skip("op-1", { machine: "n1", phase: "a.b" }, "disk on order"),
  command.cancel("op-1", ""),
  command.operationShow("op-1"),
  command.operationList(),
  command.machineList(),
  command.machineShow("n1", "site-a"),
  ...(["drain", "maintain", "return", "reboot", "shutdown"] as const).map((verb) =>
    command.machineVerb(verb, target, "why"),
  ),
  command.clusterList(),
  command.clusterStatus("site-a"),
  command.clusterSpec("site-a"),
  command.specValidate("a.yaml"),
  command.clusterPlan("a.yaml"),
  command.clusterCheck("a.yaml"),
  command.clusterApply("a.yaml"),
  command.bundleList(),
  command.bundleInfo("a:1"),
  command.bundleImport("/a b.tar"),
  command.bundleVerify("/a"),
  command.bundleFsck(),
  command.bundleSbom("a"),
  command.userList(),
  command.userAdd("ada", "viewer"),
  command.userRole("ada", "viewer"),
  command.userRemove("ada"),
  command.userReset("ada"),
  command.userUnlock("ada"),
  command.tokenList(),
  command.tokenCreate("ci", "viewer", 90),
  command.tokenRevoke("x"),
  command.auditList(),
  command.auditVerify(),
  command.auditExport("csv"),
  command.engineInfo(),
  command.console(),
];

/** What the program would say against a line: nothing when noun, verb and every option are its own. */
const unknownIn = (line: string): readonly string[] => {
  const [program, noun, verb, ...rest] = line.split(" ");
  if (program !== "slipway") return [`not slipway: ${line}`];
  const found = nouns.find(({ name }) => name === noun);
  const action = found?.verbs.find(({ name, isDefault }) =>
    verb === undefined ? isDefault === true : name === verb,
  );
  if (action === undefined) return [`no such command: ${line}`];
  const flags = (action.options ?? []).map((option) => option.flags.split(/[ ,]+/));
  return rest
    .filter((word) => /^--?[a-z]/.test(word))
    .filter((word) => !flags.some((names) => names.includes(word)))
    .map((word) => `${line} has no ${word}`);
};

describe("the commands that the console shows", () => {
  test("are commands of the program, with options that it has", () => {
    expect(samples.flatMap(unknownIn)).toEqual([]);
    expect(new Set(samples.map((line) => line.split(" ").slice(0, 3).join(" "))).size).toBeGreaterThan(25);
  });

  test("cover every action there is", () => {
    expect(Object.keys(command).length).toBeLessThanOrEqual(samples.length);
  });

  test("are quoted for a shell", () => {
    expect(shellWord("it's")).toBe(`'it'\\''s'`);
    expect(command.bundleImport("/a b.tar")).toBe("slipway bundle import '/a b.tar'");
  });
});
