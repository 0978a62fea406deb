import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runDiskSet } from "../metal/disk-run.ts";
import { diskSet } from "../metal/disk-set.ts";
import { buildInstaller, unpackInitrd } from "../support/metal/installer-root.ts";
import { type InstallFiles, smallFiles } from "../support/metal/sample.ts";
import { type StandIn, startStandIn } from "../support/metal/stand-in.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-disk-safety-"));
const root = join(folder, "root");
let files: InstallFiles;
let engine: StandIn;

beforeAll(async () => {
  const { initrd } = await buildInstaller();
  unpackInitrd(initrd, root);
  files = smallFiles(folder);
  engine = await startStandIn("127.0.0.1", {
    files: { ...files },
    decide: () => ({ action: "install", job: "j1" }),
    plan: () => {
      throw new Error("no machine yet");
    },
  });
}, 900_000);

afterAll(async () => {
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the installer writes to the disk that was agreed on and to no other", () => {
  // One seed of each wish; `npm run test:disks` runs hundreds.
  test.each([1, 4, 6, 7])("on the machine of seed %d", { timeout: 180_000 }, async (seed) => {
    const verdict = await runDiskSet({ root, folder, engine, files }, diskSet(seed));
    expect(verdict.wrong).toEqual([]);
    expect(verdict.compared).toBeGreaterThan(0);
  });
});
