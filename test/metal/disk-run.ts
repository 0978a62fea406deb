import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { MetalFacts } from "../../installer/contract/metal/facts.ts";
import type { MetalPlan } from "../../installer/contract/metal/plan.ts";
import { SAVED_BYTES } from "../../installer/contract/metal/events.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { type ChosenDisk, chooseDisk } from "../../installer/core/metal/choose-disk.ts";
import { dropDisk, makeDisk, runInChroot, type TestDisk } from "../support/metal/chroot.ts";
import { type InstallFiles, installPlan } from "../support/metal/sample.ts";
import { sha256, type StandIn } from "../support/metal/stand-in.ts";
import { fill } from "./contents.ts";
import type { DiskSet } from "./disk-set.ts";

/** Where generated machines are made and run. */
export interface DiskBench {
  readonly root: string;
  readonly folder: string;
  readonly engine: StandIn;
  readonly files: InstallFiles;
}

/** What came of one machine. */
export interface DiskVerdict {
  /** Sentences; none when all is well. */
  readonly wrong: readonly string[];
  /** Disks that had to stay as they were, and were compared. */
  readonly compared: number;
}

const JOB = "j1";

/**
 * All bytes of a disk, and how much was ever written to it or discarded from it. The map of holes says nothing: a file
 * system shows an unwritten stretch as data once it has been read.
 */
const fingerprint = ({ file, loop }: TestDisk): string => {
  execFileSync("blockdev", ["--flushbufs", loop]);
  // The copy makes holes of all zeros, so that the archive depends on bytes alone; gigabytes of holes are not read.
  const command = 'cp --sparse=always "$1" "$1.copy" && tar -cSf - --mtime=@0 -C "$2" "$3.copy" | sha256sum';
  const bytes = execFileSync("sh", ["-c", command, "sh", file, dirname(file), basename(file)], {
    encoding: "utf8",
  });
  rmSync(`${file}.copy`);
  // https://docs.kernel.org/block/stat.html: writes, sectors written, discards.
  const stat = readFileSync(`/sys/block/${basename(loop)}/stat`, "utf8")
    .trim()
    .split(/\s+/);
  return [bytes, stat[4], stat[6], stat[11]].join(" ");
};

const edges = (disk: TestDisk): string =>
  execFileSync(
    "sh",
    ["-c", '{ head -c "$2" "$1"; tail -c "$2" "$1"; } | sha256sum', "sh", disk.file, String(SAVED_BYTES)],
    { encoding: "utf8" },
  );

const SCRIPT = `
. /installer/lib/all.sh
: > "$RUN/log"
trust_site "$FINGERPRINT" || exit 90
facts > "$RUN/facts.json"
engine_send POST "$ENGINE/metal/v1/hello" "$RUN/facts.json" application/json "$RUN/decision" || exit 91
sh /installer/job.sh ${JOB}
`;

/** Makes the machine, lets the installer work on it, and compares. */
export const runDiskSet = async (bench: DiskBench, set: DiskSet): Promise<DiskVerdict> => {
  const { engine, folder, root } = bench;
  const here = join(folder, `set-${set.seed}`);
  mkdirSync(here, { recursive: true });
  const disks: TestDisk[] = [];
  try {
    for (const [at, { content, sizeBytes, serial }] of set.disks.entries()) {
      const disk = makeDisk({ name: `sd${"abcd"[at]}`, file: join(here, `disk${at}`), serial, sizeBytes });
      disks.push(disk);
      if (content !== "blank") fill(disk.loop, content, sizeBytes);
    }
    const run = async (plan: (facts: MetalFacts) => MetalPlan) => {
      engine.events.length = 0;
      engine.facts.length = 0;
      engine.script.plan = (facts) => {
        if (facts === undefined) throw new Error("asked for a plan before it said hello");
        return plan(facts);
      };
      const environment = { ENGINE: engine.engine, BOOT: engine.boot, FINGERPRINT: engine.fingerprint };
      const result = await runInChroot({ root, folder: join(here, "run"), disks, environment }, SCRIPT);
      return { ...result, failure: engine.events.find(({ outcome }) => outcome === "failed")?.code };
    };
    engine.saved.clear();
    return await judge({ set, disks, run, bench });
  } finally {
    disks.forEach(dropDisk);
    rmSync(here, { recursive: true, force: true });
  }
};

interface Case {
  readonly set: DiskSet;
  readonly disks: readonly TestDisk[];
  readonly bench: DiskBench;
  run(
    plan: (facts: MetalFacts) => MetalPlan,
  ): Promise<{ code: number | null; output: string; failure: string | undefined }>;
}

const judge = async ({ set, disks, run, bench }: Case): Promise<DiskVerdict> => {
  const [target, second] = disks;
  if (target === undefined || second === undefined) throw new Error("a set has two disks at least");
  const before = disks.map(fingerprint);
  const edgesBefore = edges(target);
  const wrong: string[] = [];
  const expected = { install: undefined, agree: undefined, refuse: "DISK_FOREIGN", swapped: "DISK_CHANGED" }[
    set.wish
  ];
  let refusal: string | undefined;
  const result = await run((facts) => {
    const disk = facts.disks.find(({ serial }) => serial === target.serial);
    if (disk === undefined) throw new Error("the target is not among the facts");
    let chosen: ChosenDisk = { disk, foreign: "refuse" };
    try {
      const agreed = set.wish === "agree" ? { agreed: target.serial } : {};
      chosen = chooseDisk(facts, { machine: "m", selector: { serial: target.serial }, job: JOB, ...agreed });
    } catch (error) {
      // The installer refuses by itself too, whatever an engine may say.
      if (!(error instanceof SlipwayError)) throw error;
      refusal = error.code;
    }
    const plan = installPlan(chosen, bench.files);
    return set.wish === "swapped" ? { ...plan, "disk-name": second.name } : plan;
  });
  if (refusal !== (set.wish === "refuse" ? "DISK_FOREIGN" : undefined))
    wrong.push(`the engine decided ${refusal}`);
  if (result.failure !== expected || (result.code === 0) !== (expected === undefined)) {
    wrong.push(`the installer ended with ${result.code} ${result.failure}: ${result.output.slice(-400)}`);
  }
  const kept = expected === undefined ? disks.slice(1) : disks;
  const changed = (): readonly string[] =>
    kept
      .filter((disk) => fingerprint(disk) !== before[disks.indexOf(disk)])
      .map(({ name }) => `${name} was changed`);
  wrong.push(...changed());
  if (expected === undefined && fingerprint(target) === before[0]) wrong.push("nothing was installed");
  if (set.wish === "agree") {
    const { saved } = bench.engine;
    const restored = await run((facts) => {
      const disk = facts.disks.find(({ serial }) => serial === target.serial);
      if (disk === undefined) throw new Error("the target is not among the facts");
      return {
        kind: "restore",
        ...{
          "disk-name": disk.name,
          "disk-serial": disk.serial,
          "disk-wwn": disk.wwn,
          "disk-path": disk.byPath,
        },
        "disk-size": disk.sizeBytes,
        "saved-first-sha256": sha256(saved.get("first") ?? Buffer.alloc(0)),
        "saved-last-sha256": sha256(saved.get("last") ?? Buffer.alloc(0)),
      };
    });
    if (restored.code !== 0)
      wrong.push(`restore ended with ${restored.failure}: ${restored.output.slice(-400)}`);
    if (edges(target) !== edgesBefore) wrong.push("the restored areas are not what they were");
    wrong.push(...changed());
  }
  return { wrong, compared: kept.length };
};
