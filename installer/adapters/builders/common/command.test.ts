import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runCommand } from "./command.ts";

const options = (more: object = {}) => ({
  component: "test",
  signal: new AbortController().signal,
  remedy: "a shell",
  ...more,
});
/** A process that has ended but was not yet collected by init counts as ended. */
const alive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

describe("a program of a build", () => {
  test("is ended with all it started when the build is cancelled", async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const running = runCommand(["sh", "-c", "sleep 60 & echo $!; wait"], {
      ...options({ signal: stop.signal }),
      onLine: (line) => {
        lines.push(line);
        stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
    const child = Number(lines[0]);
    for (let turn = 0; turn < 100 && alive(child); turn += 1) await sleep(10);
    expect(alive(child)).toBe(false);
  });

  test("is ended with all it started when the engine is killed", async () => {
    const engine = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { runCommand } from ${JSON.stringify(join(import.meta.dirname, "command.ts"))};
      await runCommand(["sh", "-c", "sleep 60 & echo $!; wait"], {
        component: "test",
        signal: new AbortController().signal,
        remedy: "a shell",
        onLine: (line) => process.stdout.write(line),
      });`,
    ]);
    const [line] = (await once(engine.stdout, "data")) as [Buffer];
    const child = Number(String(line));
    expect(alive(child)).toBe(true);
    engine.kill("SIGKILL");
    for (let turn = 0; turn < 300 && alive(child); turn += 1) await sleep(10);
    expect(alive(child)).toBe(false);
  });

  test("that is not installed is named with what to install", async () => {
    await expect(runCommand(["no-such-program"], options())).rejects.toMatchObject({
      code: "BUILD_TOOL_MISSING",
      params: { tool: "no-such-program", remedy: "a shell" },
    });
  });

  test("that fails leaves its whole output behind", async () => {
    const failed = runCommand(
      ["sh", "-c", "echo out; echo err >&2; exit 3"],
      options({ failure: "BUILD_COMPILE_FAILED" }),
    );
    await expect(failed).rejects.toMatchObject({
      code: "BUILD_COMPILE_FAILED",
      params: { code: 3 },
      detail: "out\n\nerr",
    });
  });

  test("may answer with an exit code", async () => {
    const { code, stdout } = await runCommand(
      ["sh", "-c", "echo yes; exit 100"],
      options({ expect: [0, 100] }),
    );
    expect([code, stdout]).toEqual([100, "yes\n"]);
  });
});
