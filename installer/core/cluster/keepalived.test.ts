import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { healthScript, keepalivedConfig, keepalivedUnit, routerId } from "./keepalived.ts";

const settings = (address: string, controlPlanes: readonly string[]) => ({
  virtualIp: "10.0.0.10",
  port: 6443,
  machine: { name: "n1", address },
  interface: "eth0",
  controlPlanes,
});

describe("keepalived", () => {
  test("is set up as measured: version 3, nopreempt, unicast, a check without weight", () => {
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

  test("checks health by a script that a shell can read", () => {
    execFileSync("sh", ["-n"], { input: healthScript(6443) });
    expect(healthScript(8443)).toContain("https://127.0.0.1:8443/readyz");
  });
});
