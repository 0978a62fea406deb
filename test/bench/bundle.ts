import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imagesOf } from "../../installer/core/bundle/image-signature.ts";
import { noise } from "../bundle/sample.ts";
import { buildSigned, openStore, testSigner, trusted } from "../bundle/signed.ts";

export const title = "Bundle: export, verify, import";

const IMAGES = 12;
const LARGEST = 64 * 2 ** 20;
const RUNS = 3;
const PORT = 35_321;

interface Sample {
  readonly ms: number;
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
  const ours = (step: string, root: string): Sample => {
    const script = new URL("../bundle/bench-step.ts", import.meta.url).pathname;
    return JSON.parse(execFileSync(process.execPath, [script, step, root, file, key]).toString()) as Sample;
  };
  const rows = new Map<string, Sample[]>();
  const note = (name: string, sample: Sample): void =>
    void rows.set(name, [...(rows.get(name) ?? []), sample]);
  for (let run = 0; run < RUNS; run += 1) {
    const site = join(work, `site-${run}`);
    rmSync(file, { force: true });
    rmSync(`${file}.sha256`, { force: true });
    note("export, with checks and checksum file", ours("export", builder.root));
    note(
      "tar of the same blobs, synced",
      shell('tar cf "$1" -C "$2" blobs && sync "$1"', [join(work, "t.tar"), builder.root]),
    );
    note("verify a file", ours("verify", builder.root));
    note(
      `sha256sum of the same blobs, ${availableParallelism()} at a time`,
      shell('find "$1/blobs" -type f -print0 | xargs -0 -n 1 -P "$2" sha256sum >/dev/null', [
        builder.root,
        String(availableParallelism()),
      ]),
    );
    note("import into a store", ours("import", site));
    note("publish to the registry by hard links", ours("publish", site));
    note(
      "skopeo copy into a registry (push)",
      await pushAll(
        work,
        file,
        imagesOf(index).map(({ name }) => name),
      ),
    );
  }
  const size = (statSync(file).size / 1e6).toFixed(0);
  const lines = [...rows].map(([name, samples]) => {
    const sorted = samples.toSorted((a, b) => a.ms - b.ms);
    const { ms, peak } = sorted[Math.floor(sorted.length / 2)] ?? { ms: 0, peak: 0 };
    const spread = `${Math.round(sorted[0]?.ms ?? 0)}-${Math.round(sorted.at(-1)?.ms ?? 0)}`;
    return `| ${name} | ${Math.round(ms)} | ${spread} | ${(Number(size) / (ms / 1000)).toFixed(0)} | ${Math.round(peak)} |`;
  });
  return [
    `A signed bundle of ${IMAGES} images, ${size} MB, not compressible; page cache warm; ${RUNS} runs, in turns.`,
    "",
    "| what | median ms | range | MB/s | peak MB |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
};

/** Time and peak memory of a constant script, by GNU time. */
const shell = (script: string, args: readonly string[]): Sample => {
  const started = performance.now();
  const done = spawnSync("/usr/bin/time", ["-f", "%M", "sh", "-c", script, "sh", ...args], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(done.stderr);
  return { ms: performance.now() - started, peak: Number(done.stderr.trim().split("\n").at(-1)) / 1024 };
};

/** Pushes every image of the file into an empty registry, one after the other as a script would. */
const pushAll = async (work: string, file: string, names: readonly string[]): Promise<Sample> => {
  const root = join(work, "pushed");
  const config = join(work, "push.yml");
  rmSync(root, { recursive: true, force: true });
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: root } },
      http: { addr: `127.0.0.1:${PORT}` },
    }),
  );
  const registry = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
  try {
    await ready();
    execFileSync("mkdir", ["-p", join(work, "layout")]);
    execFileSync("tar", ["xf", file, "-C", join(work, "layout")]);
    return shell(
      'for name; do skopeo copy -q --dest-tls-verify=false "oci:$0:$name" "docker://127.0.0.1:35321/$name" >/dev/null || exit 1; done'.replace(
        "$0",
        join(work, "layout"),
      ),
      names,
    );
  } finally {
    registry.kill();
  }
};

const ready = async (): Promise<void> => {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error("the registry did not start");
};
