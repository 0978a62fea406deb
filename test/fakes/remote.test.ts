import { describe, expect, test } from "vitest";
import { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import { SlipwayError } from "../../installer/core/contract.ts";
import { FakeRemote } from "./remote.ts";

const { signal } = new AbortController();
const machine = MachineSpec.parse({ name: "n1", address: "10.0.0.1" });

describe("the fake of machines", () => {
  test("commands are answered by the latest rule that fits, and never by accident", async () => {
    const remote = new FakeRemote()
      .reply("*", "hostname", { stdout: "any\n" })
      .reply("n1", "hostname", { stdout: "n1\n" });
    expect((await remote.run(machine, ["hostname"], { signal })).stdout).toBe("n1\n");
    await expect(remote.run(machine, ["reboot"], { signal })).rejects.toThrow(
      "no rule answers run on n1: reboot",
    );
  });

  test("an unexpected exit code rejects like the real adapter, an expected one does not", async () => {
    const remote = new FakeRemote().reply("*", "grep", { code: 1, stderr: "none" });
    await expect(remote.run(machine, ["grep"], { signal })).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      machine: "n1",
    });
    expect((await remote.run(machine, ["grep"], { signal, expect: [0, 1] })).code).toBe(1);
  });

  test("files that were written are there with their mode, and count as writes", async () => {
    const remote = new FakeRemote();
    expect(await remote.readFile(machine, "/etc/x", signal)).toBeUndefined();
    await remote.writeFile(machine, { path: "/etc/x", content: "y" }, { signal, mode: 0o600 });
    expect(await remote.readFile(machine, "/etc/x", signal)).toBe("y");
    expect(remote.machine("n1").files.get("/etc/x")?.mode).toBe(0o600);
    expect(remote.writes.map(({ words }) => words)).toEqual([["/etc/x"]]);
  });

  test("a fault strikes the calls it is meant for, as often as it says", async () => {
    const remote = new FakeRemote()
      .reply("*", "true", {})
      .failWith("n1", "CONNECTION_LOST", { kind: "run", after: 1, times: 1 });
    await remote.login(machine, signal);
    await remote.run(machine, ["true"], { signal });
    await expect(remote.run(machine, ["true"], { signal })).rejects.toMatchObject({
      code: "CONNECTION_LOST",
    });
    await remote.run(machine, ["true"], { signal });
  });

  test("a hanging machine lets go only when the call is cancelled", async () => {
    const remote = new FakeRemote().fail("n1", { with: "hang" });
    const stop = new AbortController();
    const hanging = remote.login(machine, stop.signal);
    stop.abort();
    await expect(hanging).rejects.toMatchObject({ code: "CANCELLED" });
    remote.mend("n1");
    expect(await remote.login(machine, signal)).toMatchObject({ firstSeen: true });
  });

  test("an answer can be computed, and can be an error", async () => {
    const remote = new FakeRemote().on("n1", ({ stdin, words }) =>
      words[0] === "cat" ? { stdout: stdin ?? "" } : SlipwayError.of("SUDO_MISSING", { endpoint: "n1:22" }),
    );
    expect((await remote.run(machine, ["cat"], { signal, stdin: "in" })).stdout).toBe("in");
    await expect(remote.script(machine, "exit 0", { signal })).rejects.toMatchObject({
      code: "SUDO_MISSING",
    });
  });
});
