import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { text } from "../../contract/text.ts";
import type { LabOptions } from "../../core/ports/lab.ts";
import { killGroups, labGroups, removeGroups } from "./cgroups.ts";
import { labDirectory, type LabFolders } from "./layout.ts";
import { removeNetwork } from "./network.ts";
import { poll } from "./run.ts";

/** Files behind the loop devices in use, by device. */
const loopFiles = (): readonly string[] =>
  readdirSync("/sys/block")
    .filter((name) => name.startsWith("loop"))
    .flatMap((name) => {
      try {
        return [readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8").trim()];
      } catch {
        return [];
      }
    });

/** Resolves once no loop device uses a file below `folder`: mounts of a dead machine go a moment after its processes. */
export const waitForDisks = async (folder: string): Promise<boolean> =>
  (await poll(() => (loopFiles().some((file) => file.startsWith(`${folder}/`)) ? undefined : true), {
    timeoutMs: 20_000,
    everyMs: 20,
  })) === true;

/**
 * Removes everything of a lab. It relies on names and groups only, not on a record, so it works after a crash at any
 * point, and an emptied group cannot be entered any more by a machine that was just being started.
 */
export const removeLab = async (folders: LabFolders, lab: string, options: LabOptions): Promise<void> => {
  const folder = labDirectory(folders, lab);
  const say = (done: number, what: ReturnType<typeof text>) =>
    options.onProgress?.({ step: "down", text: what, done, total: 3 });
  say(0, text("Stopping the machines", "正在停止机器"));
  const left: string[] = [];
  const emptied = await poll(
    async () => {
      const groups = labGroups(lab);
      return (await killGroups(groups)) && removeGroups(groups) ? true : undefined;
    },
    { timeoutMs: 20_000, everyMs: 20 },
  );
  if (emptied !== true) left.push(...labGroups(lab));
  say(1, text("Removing the network", "正在移除网络"));
  await removeNetwork(lab);
  say(2, text("Removing disks and files", "正在移除磁盘和文件"));
  if (!(await waitForDisks(folder))) left.push(`a loop device below ${folder}`);
  if (left.length > 0) throw SlipwayError.of("LAB_DOWN_INCOMPLETE", { lab, what: left.join(", ") });
  // The record goes last: as long as anything is left, the lab is listed and can be taken down again.
  for (const name of existsSync(folder) ? readdirSync(folder).filter((entry) => entry !== "lab.json") : []) {
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  say(3, text("Nothing is left of the lab", "实验环境已全部清除"));
};
