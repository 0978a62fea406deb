import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { dataFolder, runSlipway } from "./cli.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const folder = (): string => {
  const made = dataFolder();
  undo.push(async () => {
    await runSlipway(["--data", made.path, "engine", "stop"]);
    made.remove();
  });
  return made.path;
};

const good =
  "apiVersion: slipway/v1\nkind: Cluster\nname: a\nmachines: [{ name: n1, address: 10.0.0.1, roles: [control-plane] }]\n";

describe("a command without an engine", { timeout: 60_000 }, () => {
  test("starts a private one, and several at once start only one", async () => {
    const data = folder();
    const runs = await Promise.all(
      [1, 2, 3].map(() => runSlipway(["--data", data, "operation", "list", "--output", "json"])),
    );
    expect(runs.map(({ code, out }) => [code, out.trim()])).toEqual([1, 2, 3].map(() => [0, "[]"]));
    const info = await runSlipway(["--data", data, "engine", "info", "--output", "json"]);
    expect(JSON.parse(info.out)).toMatchObject({ private: true, data });
  });

  test("is stopped when `engine stop` says so", async () => {
    const data = folder();
    await runSlipway(["--data", data, "operation", "list"]);
    const info = await runSlipway(["--data", data, "engine", "info", "--output", "json"]);
    const { pid } = JSON.parse(info.out) as { pid: number };
    const stopped = await runSlipway(["--data", data, "engine", "stop"]);
    expect(stopped.out).toContain("has stopped");
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z ";
    expect(state).toContain(") Z ");
  });

  test("reports every problem of a spec with its place, in the operator's language, and exits 3", async () => {
    const data = folder();
    const bad = good.replace("name: a", "nam: a").replace("10.0.0.1", "10.0.0.300");
    const english = await runSlipway(["--data", data, "spec", "validate", "-"], { input: bad });
    expect(english.code).toBe(3);
    expect(english.out).toContain('-:3:1: nam: unknown key; did you mean "name"?');
    expect(english.out).toContain("-:4:33: machines[0].address: does not have the right form");
    expect(english.err).toContain("SPEC_INVALID");
    const chinese = await runSlipway(["--data", data, "spec", "validate", "-"], {
      input: bad,
      env: { LANG: "zh_CN.UTF-8" },
    });
    expect(chinese.out).toContain('-:3:1: nam: 未知的键；是否想写 "name"？');
    const data2 = await runSlipway(["--data", data, "spec", "validate", "-", "--output", "json"], {
      input: bad,
    });
    expect(JSON.parse(data2.out)).toMatchObject({ problems: [{ line: 1 }, { line: 3 }, { line: 4 }] });
  });

  test("keeps a secret given on standard input, and never shows it", async () => {
    const data = folder();
    const kept = await runSlipway(["--data", data, "secret", "set", "site.key"], { input: "swordfish\n" });
    expect(kept).toMatchObject({ code: 0 });
    const listed = await runSlipway(["--data", data, "secret", "list", "--output", "yaml"]);
    expect(listed.out).toContain("site.key");
    expect(kept.out + kept.err + listed.out).not.toContain("swordfish");
  });

  test("completes names that only the engine knows", async () => {
    const data = folder();
    await runSlipway(["--data", data, "secret", "set", "site.key"], { input: "swordfish\n" });
    const offered = await runSlipway(["__complete", "--data", data, "secret", "remove", ""]);
    expect(offered.out).toBe("site.key\n");
  });

  test("does not give away what the engine keeps for itself", async () => {
    const data = folder();
    const removed = await runSlipway(["--data", data, "secret", "remove", "audit-key"]);
    expect(removed).toMatchObject({ code: 44, err: expect.stringContaining("audit-key") });
  });

  test("says that nobody answers where the socket was named", async () => {
    const { code, err } = await runSlipway(["--socket", "/nonexistent/engine.sock", "operation", "list"]);
    expect(code).toBe(45);
    expect(err).toContain("ENGINE_UNREACHABLE");
  });

  test("tells why the engine could not start", async () => {
    const under = await runSlipway(["--data", "/etc/hostname/slipway", "operation", "list"]);
    expect(under.code).toBe(45);
    expect(under.err).toContain("ENGINE_START_FAILED");
    const data = folder();
    writeFileSync(join(data, "journal.db"), "no database at all".repeat(100), { mode: 0o600 });
    const foreign = await runSlipway(["--data", data, "operation", "list"]);
    expect(foreign.code).toBe(40);
    expect(foreign.err).toContain("JOURNAL_FOREIGN");
  });
});
