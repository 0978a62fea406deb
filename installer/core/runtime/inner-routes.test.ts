import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { innerRoutesScript } from "./inner-routes.ts";

describe("routes that keep packets inside", () => {
  test("are made for services and pods, from the machine's own address", () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-routes-"));
    try {
      writeFileSync(join(folder, "ip"), `#!/bin/sh\necho "ip $*"\n`, { mode: 0o755 });
      const script = innerRoutesScript({
        services: "10.96.0.0/16",
        pods: "10.244.0.0/16",
        nodeAddress: "10.0.0.11",
      });
      const { stdout, status } = spawnSync("sh", ["-s", "up"], {
        input: script,
        env: { PATH: `${folder}:/usr/bin:/bin` },
        encoding: "utf8",
      });
      expect(status).toBe(0);
      expect(stdout.trim().split("\n")).toEqual([
        "ip link add slipway0 type bridge",
        "ip link set slipway0 up",
        "ip route replace 10.96.0.0/16 dev slipway0 metric 4096 src 10.0.0.11",
        "ip route replace 10.244.0.0/16 dev slipway0 metric 4096 src 10.0.0.11",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
