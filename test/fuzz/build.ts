/**
 * Kills a build at random moments, again and again on the same cache folder, until it comes to its end: every time it
 * must end with the index of a build that nobody disturbed, leave no program behind and nothing half done. What was
 * fetched before (Go modules, Debian packages, the compiler's cache) is taken from the product's cache folder.
 * Run with `npm run fuzz build [seed]`; exits 1 when anything differs.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { link, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const KILLS = 24;
const RELEASE = "1.37";
const COMPONENTS = ["pause", "flannel-cni", "chrony"];
/** How long the processes of a killed build may take to be gone. */
const GONE_MS = 5000;

const shared = process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway");
const seed = process.argv[3] ?? String(Date.now());
let state = seed;
/** A number in [0, 1). */
const random = (): number => {
  state = createHash("sha256").update(state).digest("hex");
  return Number.parseInt(state.slice(0, 12), 16) / 2 ** 48;
};
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const scratch = await mkdtemp(join(tmpdir(), "slipway-fuzz-build-"));

/** A cache folder with what was fetched, and nothing that was made. */
const freshCache = async (name: string): Promise<string> => {
  const cache = join(scratch, name);
  const packages = join(cache, "apt", "packages");
  await mkdir(packages, { recursive: true });
  await mkdir(join(cache, "go"));
  for (const part of ["mod", "build"]) await symlink(join(shared, "go", part), join(cache, "go", part));
  const fetched = join(shared, "apt", "packages");
  for (const file of (await readdir(fetched)).filter((entry) => entry.endsWith(".deb")))
    await link(join(fetched, file), join(packages, file)).catch(() => undefined);
  return cache;
};

interface Ended {
  readonly index: string | undefined;
  readonly ms: number;
  readonly begun: number;
}

/** Runs a build in a cache folder and kills it after a while, if it is not done by then. */
const build = async (cache: string, killAfter: number | undefined): Promise<Ended> => {
  const program = join(import.meta.dirname, "build-once.ts");
  const child = spawn(process.execPath, [program, cache, RELEASE, ...COMPONENTS], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, SLIPWAY_FUZZ: cache },
  });
  let output = "";
  let startedAt = Date.now();
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    if (output === "") {
      startedAt = Date.now();
      if (killAfter !== undefined) timer = setTimeout(() => child.kill("SIGKILL"), killAfter);
    }
    output += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`the build ended with ${code}`);
  return {
    index: /^index (\S+)$/m.exec(output)?.[1],
    ms: Date.now() - startedAt,
    begun: output.split("\n").filter((line) => line.startsWith("begun ")).length,
  };
};

/** Processes that a build of this cache folder started, told by their environment. */
const remaining = (cache: string): readonly string[] =>
  readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`SLIPWAY_FUZZ=${cache}`);
    } catch {
      return false;
    }
  });

const allGone = async (cache: string): Promise<boolean> => {
  for (const until = Date.now() + GONE_MS; remaining(cache).length > 0; await sleep(20))
    if (Date.now() > until) return false;
  return true;
};

/** Things under a temporary name, which a build that came to its end must not leave. */
const halfDone = (cache: string): readonly string[] =>
  readdirSync(cache, { recursive: true, encoding: "utf8" }).filter(
    (path) => /(?:^|\/)\.tmp-/.test(path) || path.startsWith("blobs/tmp/"),
  );

print(`seed ${seed}`);
// The first fills what all share, so that the second shows how long an undisturbed build takes.
await build(await freshCache("first"), undefined);
const undisturbed = await build(await freshCache("reference"), undefined);
print(`undisturbed: ${undisturbed.index ?? "no index"} in ${(undisturbed.ms / 1000).toFixed(1)} s`);

/** How long a build takes now: a machine that has become quieter would else end each before it is killed. */
let usual = undisturbed.ms;
const totals = { kills: 0, builds: 0, inCompiler: 0, leftProcesses: 0, leftFiles: 0, otherIndex: 0 };
while (totals.kills < KILLS) {
  const cache = await freshCache(`cache-${totals.builds}`);
  let index: string | undefined;
  let killed = 0;
  // Three kills at most on one folder: then it may finish, and the next folder starts from nothing.
  while (index === undefined) {
    const ended = await build(cache, killed < 3 ? Math.floor(random() * usual * 0.8) : undefined);
    index = ended.index;
    if (index !== undefined) {
      if (killed < 3) usual = Math.min(usual, ended.ms);
      break;
    }
    killed += 1;
    if (remaining(cache).length > 0) totals.inCompiler += 1;
    if (!(await allGone(cache))) totals.leftProcesses += 1;
  }
  const left = halfDone(cache);
  totals.kills += killed;
  totals.builds += 1;
  if (left.length > 0) totals.leftFiles += 1;
  if (index !== undisturbed.index) totals.otherIndex += 1;
  print(
    `${totals.builds}: killed ${killed} times, ${index === undisturbed.index ? "same index" : index}${left.length > 0 ? `, left ${left.join(" ")}` : ""}`,
  );
  await rm(cache, { recursive: true, force: true });
}
await rm(scratch, { recursive: true, force: true });

print(
  `${totals.kills} kills in ${totals.builds} builds, ${totals.inCompiler} of them while a program was running`,
);
print(
  `left running: ${totals.leftProcesses}, left half done: ${totals.leftFiles}, other index: ${totals.otherIndex}`,
);
process.exitCode =
  totals.leftProcesses + totals.leftFiles + totals.otherIndex === 0 && undisturbed.index !== undefined
    ? 0
    : 1;
