import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { healthScript, keepalivedConfig, keepalivedUnit, routerId } from "./keepalived.ts";

const settings = (address: string, controlPlanes: readonly string[]) => ({
  virtualIp: "10.0.0.10",
  port: 6443,
  machine: { name: "n1", address },
  interface: "eth0",
  controlPlanes,
});

describe("keepalived", () => {
  test("is set up as measured: version 3, nopreempt, unicast, checks without weight", () => {
    expect(
      keepalivedConfig(settings("10.0.0.12", ["10.0.0.11", "10.0.0.12", "10.0.0.13"])),
    ).toMatchSnapshot();
  });

  test("advertises by multicast when there is no peer to name", () => {
    expect(keepalivedConfig(settings("10.0.0.11", ["10.0.0.11"]))).not.toContain("unicast");
  });

  test("gives every control plane another priority, so that elections are over at once", () => {
    const all = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];
    const priorities = all.map(
      (address) => /priority (\d+)/.exec(keepalivedConfig(settings(address, all)))?.[1],
    );
    expect(new Set(priorities).size).toBe(3);
  });

  test("runs under a unit of its own, with files of its own", () => {
    expect(keepalivedUnit("/usr/sbin/keepalived")).toMatchSnapshot();
  });

  test.each(["10.0.0.1", "192.168.255.254", "0.0.0.0"])("router id of %s is one VRRP allows", (address) => {
    expect(routerId(address)).toBeGreaterThanOrEqual(1);
    expect(routerId(address)).toBeLessThanOrEqual(255);
  });

  test("lets go at once for a fault of the machine, and not before seconds for one that all machines share", () => {
    const config = keepalivedConfig(settings("10.0.0.11", ["10.0.0.11", "10.0.0.12", "10.0.0.13"]));
    const patience = (name: string): number => {
      const [, script = ""] = new RegExp(`vrrp_script ${name} \\{([^}]*)\\}`).exec(config) ?? [];
      return Number(/interval ([\d.]+)/.exec(script)?.[1]) * Number(/fall (\d+)/.exec(script)?.[1]);
    };
    expect(patience("serves")).toBeLessThanOrEqual(1);
    // etcd's followers wait up to twice its election time-out of one second, and once more when they vote at once.
    expect(patience("writes")).toBeGreaterThanOrEqual(4);
    expect(config).toMatch(/track_script \{\s+serves\s+writes\s+\}/);
  });
});

describe("the health check", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-health-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  // A curl that stops at the first address that fails, as the real one does with --fail-early.
  writeFileSync(
    join(folder, "curl"),
    '#!/bin/sh\nfor word; do case $word in http*) echo "$word"; case " $BAD " in *" $word "*) exit ${CODE:-22} ;; esac ;; esac; done\n',
    { mode: 0o755 },
  );
  const asked = (question: string, bad: readonly string[], code = 22) =>
    spawnSync("sh", ["-s", question], {
      input: healthScript(8443),
      env: { PATH: `${folder}:${process.env["PATH"]}`, BAD: bad.join(" "), CODE: String(code) },
      encoding: "utf8",
    });
  const api = "https://127.0.0.1:8443/readyz";
  const apiAlone = `${api}?exclude=etcd&exclude=etcd-readiness`;
  const etcdAlone = "http://127.0.0.1:2381/livez";

  test("of what the machine serves asks nothing that needs the other machines", () => {
    expect(asked("serves", [])).toMatchObject({ status: 0, stdout: `${apiAlone}\n${etcdAlone}\n` });
    expect(asked("serves", [apiAlone]).status).not.toBe(0);
    expect(asked("serves", [etcdAlone]).status).not.toBe(0);
    expect(asked("serves", [api]).status, "an etcd without a leader is not its fault").toBe(0);
  });

  test("leaves answers that take too long to the question with more patience", () => {
    const tookTooLong = 28;
    expect(asked("serves", [apiAlone], tookTooLong).status).toBe(0);
    expect(asked("writes", [api], tookTooLong).status).not.toBe(0);
  });

  test("of what can be written asks the API server for all that it needs", () => {
    expect(asked("writes", [])).toMatchObject({ status: 0, stdout: `${api}\n` });
    expect(asked("writes", [api]).status).not.toBe(0);
  });

  test("is a script that a shell can read, and knows no other question", () => {
    execFileSync("sh", ["-n"], { input: healthScript(6443) });
    expect(asked("else", []).status).toBe(2);
  });
});
