import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/journal-samples.ts";
import { acquireEngineLock } from "./engine-lock.ts";

describe("the engine lock", () => {
  test("names the engine that holds the folder, and ends with its process whatever happened", async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, "data");
    const lock = new URL("engine-lock.ts", import.meta.url).href;
    const program = `import { acquireEngineLock } from ${JSON.stringify(lock)};
      await acquireEngineLock(${JSON.stringify(data)}); process.stdout.write("held"); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await expect(acquireEngineLock(data)).rejects.toMatchObject({
      code: "ENGINE_ALREADY_RUNNING",
      params: { pid: child.pid, folder: data },
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    const own = await acquireEngineLock(data);
    await own.release();
  });

  test("is won by one of many that come at once to a new folder", async () => {
    using folder = temporaryFolder();
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => acquireEngineLock(join(folder.path, "data"))),
    );
    const won = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
  });

  test("keeps a second engine of the same process out too", async () => {
    using folder = temporaryFolder();
    const first = await acquireEngineLock(folder.path);
    await expect(acquireEngineLock(folder.path)).rejects.toMatchObject({
      code: "ENGINE_ALREADY_RUNNING",
      params: { pid: process.pid },
    });
    await first.release();
    await (await acquireEngineLock(folder.path)).release();
  });
});
