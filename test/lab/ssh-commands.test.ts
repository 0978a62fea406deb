import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import type { Remote } from "../../installer/core/ports/index.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";
import { eventually, plainRedactor, rejection, testRemote } from "../support/ssh-remote.ts";

const { signal } = new AbortController();
const cleanup: (() => unknown)[] = [];
let server: SshServer;
let machine: MachineSpec;
let remote: Remote;

beforeAll(async () => {
  server = await startSshServer();
  machine = server.machine();
  remote = testRemote().remote;
  await remote.login(machine, signal);
});

afterAll(async () => {
  await remote.close();
  for (const undo of cleanup.toReversed()) await undo();
  await server.stop();
});

/** Processes whose command line holds `text`. */
const processesWith = (text: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return words[0]?.endsWith("sleep") === true && words.includes(text);
      } catch {
        return false;
      }
    });

/** The sshd processes that serve this server's connections. */
const servingProcesses = (parent: number): number[] =>
  spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" })
    .stdout.split(/\s+/)
    .filter((pid) => pid !== "")
    .map(Number);

describe("commands", () => {
  test("arguments arrive exactly as they were, and both streams and the code come back", async () => {
    const words = ["", "a b", "'", '"', "$HOME", "`id`", "\n", "*", "机器", "\\", "-n", "!!", "a\tb"];
    const result = await remote.run(machine, ["/usr/bin/printf", "%s|", ...words], { signal });
    expect(result).toEqual({
      code: 0,
      stdout: words.map((word) => `${word}|`).join(""),
      stderr: "",
      truncated: false,
    });
    const both = await remote.script(machine, 'echo out; echo err >&2; exit "$1"', {
      signal,
      args: ["7"],
      expect: [7],
    });
    expect(both).toEqual({ code: 7, stdout: "out\n", stderr: "err\n", truncated: false });
  });

  test("the surroundings are the same everywhere: locale, PATH, folder, umask, no terminal", async () => {
    const script = 'echo "$LC_ALL $PATH"; pwd; umask; tty || true';
    expect((await remote.script(machine, script, { signal })).stdout.split("\n")).toEqual([
      "C.UTF-8 /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "/",
      "0022",
      "not a tty",
      "",
    ]);
  });

  test("a script may read standard input as its own", async () => {
    const result = await remote.script(machine, 'read -r first; echo "[$first]"; wc -c', {
      signal,
      stdin: `line one\n${"x".repeat(3_000_000)}`,
    });
    expect(result.stdout).toBe("[line one]\n3000000\n");
  });

  test("an unexpected code is COMMAND_FAILED with both outputs, secrets taken out", async () => {
    const redactor = plainRedactor();
    redactor.add("hunter2");
    const made = testRemote({ redactor });
    cleanup.push(() => made.remote.close());
    const script = "echo password hunter2; echo broken >&2; exit 9";
    const error = await rejection(made.remote.script(machine, script, { signal, args: ["hunter2"] }));
    expect(error).toMatchObject({ code: "COMMAND_FAILED", params: { code: 9 }, machine: "loopback" });
    expect(error["detail"]).toContain("password [secret]");
    expect(error["detail"]).toContain("broken");
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  test("a command that is not installed and one that dies of a signal have the codes a shell gives them", async () => {
    expect((await remote.run(machine, ["no-such-tool"], { signal, expect: [127] })).code).toBe(127);
    expect((await remote.script(machine, "kill -KILL $$", { signal, expect: [137] })).code).toBe(137);
  });

  test("output is passed on while the command runs, and kept up to its limit", async () => {
    const heard: string[] = [];
    let atFirst = 0;
    const script = "echo first; sleep 0.5; i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done";
    const started = performance.now();
    const result = await remote.script(machine, script, {
      signal,
      maxOutputBytes: 100_000,
      onOutput: (chunk) => {
        if (heard.length === 0) atFirst = performance.now() - started;
        heard.push(chunk);
      },
    });
    expect(performance.now() - started - atFirst).toBeGreaterThan(400);
    expect(heard.join("").length).toBe(6 + 20_000 * 11);
    expect(result.truncated).toBe(true);
    expect(result.stdout.length).toBe(100_000);
  });

  test("what a login file prints is no part of the output", async () => {
    const forced = await startSshServer({
      config: ['ForceCommand echo noise; echo more noise >&2; eval "$SSH_ORIGINAL_COMMAND"'],
    });
    cleanup.push(() => forced.stop());
    expect(await remote.run(forced.machine(), ["echo", "signal"], { signal })).toMatchObject({
      stdout: "signal\n",
      stderr: "",
    });
  });

  test("a command line longer than the far side takes is refused before it is sent", async () => {
    expect(await rejection(remote.run(machine, ["echo", "x".repeat(200_000)], { signal }))).toMatchObject({
      code: "COMMAND_TOO_LONG",
    });
  });
});

describe("cancelling", () => {
  test("the whole tree ends: children, other process groups, and those deaf to SIGTERM", async () => {
    const stop = new AbortController();
    const script =
      "sleep 4711.1 & timeout 999 sleep 4711.1 & sh -c 'trap \"\" TERM; sleep 4711.1; sleep 4711.1' & wait";
    const running = rejection(remote.script(machine, script, { signal: stop.signal }));
    await eventually(() => processesWith("4711.1").length === 3);
    stop.abort();
    expect(await running).toMatchObject({ code: "CANCELLED", machine: "loopback" });
    expect(processesWith("4711.1")).toEqual([]);
    expect((await remote.run(machine, ["echo", "alive"], { signal })).stdout).toBe("alive\n");
  });

  test("a command that was cancelled before it was sent never runs", async () => {
    expect(
      await rejection(remote.run(machine, ["sleep", "4711.2"], { signal: AbortSignal.abort() })),
    ).toMatchObject({
      code: "CANCELLED",
    });
    expect(processesWith("4711.2")).toEqual([]);
  });

  test("cancelling at any moment of the start leaves nothing behind", async () => {
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const error = await rejection(
          remote.run(machine, ["sleep", "4711.3"], { signal: AbortSignal.timeout(index * 15 + 1) }),
        );
        expect(error).toMatchObject({ code: "CANCELLED" });
      }),
    );
    await eventually(() => processesWith("4711.3").length === 0, 3_000);
  });

  test("a cancelled command does not wait behind the commands that fill the connection", async () => {
    const narrow = testRemote({ limits: { channelsPerConnection: 1, connectionsPerMachine: 1 } });
    cleanup.push(() => narrow.remote.close());
    const stop = new AbortController();
    const running = rejection(narrow.remote.run(machine, ["sleep", "4711.4"], { signal: stop.signal }));
    await eventually(() => processesWith("4711.4").length === 1);
    stop.abort();
    expect(await running).toMatchObject({ code: "CANCELLED" });
    expect(processesWith("4711.4")).toEqual([]);
  });
});

describe("connections", () => {
  test("many commands at once share few connections and all come back", async () => {
    const made = testRemote();
    cleanup.push(() => made.remote.close());
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) => made.remote.run(machine, ["echo", String(index)], { signal })),
    );
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(
      Array.from({ length: 60 }, (_, index) => index),
    );
  });

  test("a server that allows fewer sessions is served within its limit", async () => {
    const strict = await startSshServer({ config: ["MaxSessions 2"] });
    cleanup.push(() => strict.stop());
    const results = await Promise.all(
      Array.from({ length: 12 }, () => remote.run(strict.machine(), ["echo", "in"], { signal })),
    );
    expect(results.every(({ stdout }) => stdout === "in\n")).toBe(true);
  });

  test("a server that allows no session at all is named so", async () => {
    const none = await startSshServer({ config: ["MaxSessions 0"] });
    cleanup.push(() => none.stop());
    expect(await rejection(remote.run(none.machine(), ["true"], { signal }))).toMatchObject({
      code: "HOST_SESSION_REFUSED",
    });
  });

  test("a connection that went away between two commands is replaced without a word", async () => {
    const other = await startSshServer();
    cleanup.push(() => other.stop());
    await remote.run(other.machine(), ["true"], { signal });
    for (const pid of servingProcesses(other.pid)) process.kill(pid, "SIGKILL");
    expect((await remote.run(other.machine(), ["echo", "again"], { signal })).stdout).toBe("again\n");
  });

  test("a connection that is cut during a command is CONNECTION_LOST", async () => {
    const other = await startSshServer();
    cleanup.push(() => other.stop());
    const running = rejection(remote.run(other.machine(), ["sleep", "4711.5"], { signal }));
    await eventually(() => processesWith("4711.5").length === 1);
    for (const pid of servingProcesses(other.pid)) process.kill(pid, "SIGKILL");
    expect(await running).toMatchObject({ code: "CONNECTION_LOST", params: { reason: "CLOSED" } });
    for (const pid of processesWith("4711.5")) process.kill(Number(pid));
  });

  test("an idle connection is closed and opened again when needed", async () => {
    const other = await startSshServer();
    cleanup.push(() => other.stop());
    const made = testRemote({ limits: { idleMs: 100 } });
    cleanup.push(() => made.remote.close());
    await made.remote.run(other.machine(), ["true"], { signal });
    expect(servingProcesses(other.pid).length).toBe(1);
    await eventually(() => servingProcesses(other.pid).length === 0);
    expect((await made.remote.run(other.machine(), ["echo", "back"], { signal })).stdout).toBe("back\n");
  });

  test("closing rejects what is under way and whatever comes later", async () => {
    const made = testRemote();
    const running = rejection(made.remote.run(machine, ["sleep", "4711.6"], { signal }));
    await eventually(() => processesWith("4711.6").length === 1);
    await made.remote.close();
    expect(await running).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await rejection(made.remote.run(machine, ["true"], { signal }))).toMatchObject({
      code: "CONNECTION_LOST",
    });
    for (const pid of processesWith("4711.6")) process.kill(Number(pid));
  });
});
