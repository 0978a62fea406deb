import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { enableUnitFunction } from "./units.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-units-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What systemctl was called with, when it says this of the need to reload. */
const callsWhen = (needs: string): string[] => {
  const log = join(folder, "log");
  writeFileSync(
    join(folder, "systemctl"),
    `#!/bin/sh\necho "\${SYSTEMD_OFFLINE:+offline }$*" >> ${log}\nif [ "$1" = show ]; then printf '${needs}'; fi\n`,
    { mode: 0o755 },
  );
  execFileSync("sh", ["-c", `${enableUnitFunction}\nset -e\nenable_unit a.timer a.service`], {
    env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` },
  });
  return readFileSync(log, "utf8").trim().split("\n");
};

test("a unit that systemd has not read, or has as it is, is enabled without making it read all units", () => {
  expect(callsWhen("no\\n\\nno\\n")).toEqual([
    "show --property NeedDaemonReload --value -- a.timer a.service",
    "offline enable --quiet a.timer",
  ]);
});

test("a change of either unit makes systemd read them again, first", () => {
  expect(callsWhen("no\\n\\nyes\\n").slice(1)).toEqual(["daemon-reload", "offline enable --quiet a.timer"]);
});
