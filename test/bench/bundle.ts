import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BundleIndex } from "../../installer/contract/bundle/index.ts";
import { imagesOf } from "../../installer/core/bundle/image-signature.ts";
import { noise } from "../bundle/sample.ts";
import { buildSigned, openStore, testSigner, trusted } from "../bundle/signed.ts";
import { type GoTool, goTool } from "../support/go-tool.ts";

export const title = "Bundle: export, verify, import";

const IMAGES = 12;
const LARGEST = 64 * 2 ** 20;
const RUNS = 3;
const PORT = 35_321;

interface Sample {
  readonly ms: number;
  /** Processor time of the program in ms, which says more than the wall clock when others work beside it. */
  readonly cpu: number;
  readonly peak: number;
}

/** Compares with tar, sha256sum and skopeo on the same content, in turns, and shows the median of each. */
export const measure = async (): Promise<string> => {
  const work = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  try {
    return await compare(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const compare = async (work: string): Promise<string> => {
  const signer = testSigner();
  const builder = await openStore(join(work, "builder"));
  const images = Array.from({ length: IMAGES }, (_, at) => ({
    name: `registry.example/image-${at}:v1`,
    component: `image-${at}`,
    files: { "bin/program": noise(Math.round(LARGEST / (1 + at / 2)), `image ${at}`) },
  }));
  const { index } = await buildSigned(builder, signer, { images });
  const key = join(work, "key.json");
  const file = join(work, "bundle.tar");
  writeFileSync(key, JSON.stringify(trusted(signer)));
  const ours = (step: string, root: string, address = ""): Sample => {
    const script = new URL("../bundle/bench-step.ts", import.meta.url).pathname;
    return JSON.parse(
      execFileSync(process.execPath, [script, step, root, file, key, address]).toString(),
    ) as Sample;
  };
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const rows = new Map<string, Sample[]>();
  const note = (name: string, sample: Sample): void =>
    void rows.set(name, [...(rows.get(name) ?? []), sample]);
  for (let run = 0; run < RUNS; run += 1) {
    const site = join(work, `site-${run}`);
    rmSync(file, { force: true });
    rmSync(`${file}.sha256`, { force: true });
    note("export, with checks and checksum file", ours("export", builder.root));
    rmSync(join(work, "t.tar"), { force: true });
    note(
      "tar of the same blobs, synced",
      shell('tar cf "$1" -C "$2" blobs && sync "$1"', [join(work, "t.tar"), builder.root]),
    );
    note(
      "the same, then sha256sum of the archive",
      shell('tar cf "$1" -C "$2" blobs && sync "$1" && sha256sum "$1" >"$1.sha256"', [
        join(work, "u.tar"),
        builder.root,
      ]),
    );
    rmSync(join(work, "u.tar"), { force: true });
    note("verify a file", ours("verify", builder.root));
    note(
      `sha256sum of the same blobs, ${availableParallelism()} at a time`,
      shell('find "$1/blobs" -type f -print0 | xargs -0 -n 1 -P "$2" sha256sum >/dev/null', [
        builder.root,
        String(availableParallelism()),
      ]),
    );
    note("import the file into a store", ours("import", site));
    note("make it served: publish by hard links", ours("publish", site));
    const others = await pushes(work, { file, index, push: (address) => ours("push", site, address) });
    for (const [name, sample] of others) note(name, sample);
  }
  const size = (statSync(file).size / 1e6).toFixed(0);
  const lines = [...rows].map(([name, samples]) => {
    const sorted = samples.toSorted((a, b) => a.ms - b.ms);
    const { ms, peak } = sorted[Math.floor(sorted.length / 2)] ?? { ms: 0, peak: 0 };
    const cpu = samples.map((sample) => sample.cpu).toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];
    const spread = `${Math.round(sorted[0]?.ms ?? 0)}-${Math.round(sorted.at(-1)?.ms ?? 0)}`;
    return `| ${name} | ${Math.round(ms)} | ${spread} | ${(Number(size) / (ms / 1000)).toFixed(0)} | ${Math.round(cpu ?? 0)} | ${Math.round(peak)} |`;
  });
  const version = execFileSync(goTool(DISTRIBUTION), ["--version"]).toString().trim();
  return [
    `A signed bundle of ${IMAGES} images, ${size} MB, not compressible; page cache warm; ${RUNS} runs, in turns; load ${load} at the start. Pushes go into an empty registry (${version.split("/").at(-1) ?? ""}) on loopback.`,
    "",
    "| what | median ms | range | MB/s | CPU ms | peak MB |",
    "|---|---|---|---|---|---|",
    ...lines,
    "",
    ratios(rows),
  ].join("\n");
};

/** The figures that have targets, each from medians of the same run. */
const ratios = (rows: ReadonlyMap<string, readonly Sample[]>): string => {
  const median = (start: string): number => {
    const found = [...rows].find(([name]) => name.startsWith(start))?.[1] ?? [];
    return found.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN;
  };
  const served = median("import the file") + median("make it served");
  return [
    `Export takes ${(median("export") / median("tar of")).toFixed(2)} times as long as tar (target 1.2) and`,
    `${(median("export") / median("the same, then")).toFixed(2)} times as long as tar and sha256sum, which is what it does.`,
    `Verify reaches ${(median("sha256sum") / median("verify")).toFixed(2)} of sha256sum on all cores (target 0.9).`,
    `Making what is in the store served is ${(median("skopeo copy") / median("make it served")).toFixed(0)} times as fast as a push by skopeo (target 10);`,
    `import and publish together, verified and synced: ${(median("skopeo copy") / served).toFixed(1)} times.`,
  ].join("\n");
};

/** Time and peak memory of a constant script, by GNU time. */
const shell = (script: string, args: readonly string[]): Sample => {
  const started = performance.now();
  const done = spawnSync("/usr/bin/time", ["-f", "%M %U %S", "sh", "-c", script, "sh", ...args], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(done.stderr);
  const ms = performance.now() - started;
  const [peak = 0, user = 0, system = 0] = (done.stderr.trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  return { ms, cpu: (user + system) * 1000, peak: peak / 1024 };
};

interface Peer {
  readonly name: string;
  readonly program: () => string;
  /** Brings all images of a folder into a registry. `$1` is the folder, `$2` the registry, `$3` the program. */
  readonly script: string;
}

const root = new URL("../..", import.meta.url).pathname;
const CRANE: GoTool = {
  folder: join(root, "test/bench/peers/crane"),
  mainPackage: "github.com/google/go-containerregistry/cmd/crane",
};
const ORAS: GoTool = { folder: join(root, "test/bench/peers/oras"), mainPackage: "oras.land/oras/cmd/oras" };

/** The registry to push into: CNCF Distribution, as the bundle brings it. */
const DISTRIBUTION: GoTool = {
  folder: join(root, "images/go/distribution"),
  mainPackage: "github.com/distribution/distribution/v3/cmd/registry",
};

const PEERS: readonly Peer[] = [
  {
    name: "skopeo copy of every image",
    program: () => "skopeo",
    script:
      'for d in "$1"/*/; do "$3" copy -q --dest-tls-verify=false "oci:$d:v1" "docker://$2/$(basename "$d"):v1" >/dev/null || exit 1; done',
  },
  {
    name: "skopeo sync of all images",
    program: () => "skopeo",
    script: '"$3" sync --src dir --dest docker --dest-tls-verify=false "$1-dir" "$2" >/dev/null 2>&1',
  },
  {
    name: "crane push of every image",
    program: () => goTool(CRANE),
    script:
      'for d in "$1"/*/; do "$3" push --insecure "$d" "$2/$(basename "$d"):v1" >/dev/null 2>&1 || exit 1; done',
  },
  {
    name: "oras copy of every image",
    program: () => goTool(ORAS),
    script:
      'for d in "$1"/*/; do "$3" copy --no-tty --from-oci-layout "$d:v1" --to-plain-http "$2/$(basename "$d"):v1" >/dev/null || exit 1; done',
  },
];

/** Every peer pushes the same images into an empty registry of its own; so do we. */
const pushes = async (
  work: string,
  { file, index, push }: { file: string; index: BundleIndex; push: (address: string) => Sample },
): Promise<readonly (readonly [string, Sample])[]> => {
  const images = join(work, "images");
  if (!existsSync(images)) {
    mkdirSync(images);
    mkdirSync(`${images}-dir`);
    for (const [at, { name }] of imagesOf(index).entries()) {
      const from = `oci-archive:${file}:${name}`;
      execFileSync("skopeo", ["copy", "-q", from, `oci:${join(images, `image-${at}`)}:v1`]);
      execFileSync("skopeo", ["copy", "-q", from, `dir:${join(`${images}-dir`, `image-${at}:v1`)}`]);
    }
  }
  const found: (readonly [string, Sample])[] = [];
  for (const { name, program, script } of PEERS) {
    const path = program();
    found.push([name, await withRegistry(work, (address) => shell(script, [images, address, path]))]);
  }
  found.push(["Slipway's push", await withRegistry(work, (address) => push(`http://${address}`))]);
  return found;
};

const withRegistry = async (work: string, use: (address: string) => Sample): Promise<Sample> => {
  const root = join(work, "pushed");
  const config = join(work, "push.yml");
  const address = `127.0.0.1:${PORT}`;
  rmSync(root, { recursive: true, force: true });
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: root } },
      http: { addr: address },
    }),
  );
  const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
  const registry = spawn(goTool(DISTRIBUTION), ["serve", config], { stdio: "ignore", env });
  try {
    await ready();
    return use(address);
  } finally {
    const gone = once(registry, "exit");
    registry.kill();
    await gone;
  }
};

const ready = async (): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error("the registry did not start");
};
