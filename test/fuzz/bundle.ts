/**
 * Damages a signed bundle in thousands of ways and kills importers at random moments. Every damage must be refused with a
 * code of the catalogue and must leave the store as it was; every killed import must end with the same content.
 * Run with `npm run fuzz bundle [seed [share]]`; a share such as 0.1 does a tenth of it. Exits 1 when anything got through.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../installer/adapters/bundle/hasher.ts";
import { planDelta } from "../../installer/adapters/bundle/delta.ts";
import { pipeSource } from "../../installer/adapters/bundle/source.ts";
import type { BundleStore } from "../../installer/adapters/bundle/store.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { makeInventory } from "../../installer/core/bundle/inventory.ts";
import { noise, type Sample } from "../bundle/sample.ts";
import {
  believe,
  buildSigned,
  exportTo,
  importFrom,
  never,
  openStore,
  testSigner,
  trusted,
} from "../bundle/signed.ts";

const share = Number(process.argv[4] ?? 1);
const BIT_FLIPS = Math.ceil(2_000 * share);
const TRUNCATIONS = Math.ceil(300 * share);
const HEADER_MUTATIONS = Math.ceil(200 * share);
const KILLS = Math.ceil(100 * share);

const seed = process.argv[3] ?? String(Date.now());
let state = digestOf(Buffer.from(seed));
const random = (below: number): number => {
  state = digestOf(Buffer.from(state));
  return Number.parseInt(state.slice(7, 19), 16) % below;
};
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Everything a reader of the store can see. */
const visible = (store: BundleStore): string =>
  digestOf(
    Buffer.from(
      ["blobs/sha256", "bundles"]
        .flatMap((folder) =>
          readdirSync(join(store.root, folder), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name)),
        )
        .toSorted()
        .map((path) => `${path.slice(store.root.length)} ${digestOf(readFileSync(path))}`)
        .join("\n"),
    ),
  );

const small: Sample = {
  version: "1.0.0",
  images: [
    { name: "registry.example/alpha:v1", component: "alpha", files: { "bin/alpha": noise(3_000, "a") } },
    { name: "registry.example/beta:v1", component: "beta", files: { "bin/beta": noise(2_001, "b") } },
  ],
  files: { "tool.bin": noise(1_003, "t"), "empty.bin": new Uint8Array(0) },
};
const earlier: Sample = { version: "0.9.0", files: { "old.bin": noise(5_000, "old") } };

interface Tally {
  tried: number;
  detected: number;
  clean: number;
  readonly codes: Map<string, number>;
}

const attack = async (
  target: { store: BundleStore; work: string; approve: ReturnType<typeof believe> },
  count: number,
  damage: () => Buffer,
): Promise<Tally> => {
  const tally: Tally = { tried: 0, detected: 0, clean: 0, codes: new Map() };
  const before = visible(target.store);
  for (let at = 0; at < count; at += 1) {
    const bytes = damage();
    const path = join(target.work, "damaged.tar");
    const asFile = at % 2 === 0;
    if (asFile) await writeFile(path, bytes);
    const source = asFile ? path : pipeSource("pipe", chunksOf(bytes));
    tally.tried += 1;
    try {
      await importFrom(target.store, source, target.approve);
    } catch (error) {
      const code = error instanceof SlipwayError ? error.code : `FOREIGN ${String(error)}`;
      if (code.startsWith("BUNDLE_")) tally.detected += 1;
      tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    }
    if (visible(target.store) === before) tally.clean += 1;
    await rm(join(target.store.root, "staging"), { recursive: true, force: true });
  }
  return tally;
};

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random(4096);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const report = (name: string, tally: Tally): boolean => {
  const codes = [...tally.codes].toSorted(([, a], [, b]) => b - a).map(([code, n]) => `${code} ${n}`);
  print(
    `${name}: ${tally.tried} tried, ${tally.detected} detected, ${tally.tried - tally.clean} partial effects (${codes.join(", ")})`,
  );
  return tally.detected === tally.tried && tally.clean === tally.tried;
};

const killLoop = async (
  count: number,
  prepare: (root: string) => Promise<void>,
  run: { work: string; file: string; key: string; expected: string },
): Promise<{ kills: number; finished: number; same: number }> => {
  const result = { kills: 0, finished: 0, same: 0 };
  let round = 0;
  while (result.kills < count) {
    const root = join(run.work, `site-${round}`);
    round += 1;
    await prepare(root);
    for (let attempt = 0; ; attempt += 1) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, "import-once.ts"), root, run.file, run.key],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      // The first line means that the modules are loaded: only from then on is there anything to interrupt.
      const killed =
        attempt < 8 && result.kills < count ? await killWithin(child, random(240)) : await ended(child);
      if (killed) result.kills += 1;
      else break;
    }
    result.finished += 1;
    if (visible(await openStore(root)) === run.expected) result.same += 1;
    await rm(root, { recursive: true, force: true });
  }
  return result;
};

const killWithin = async (child: ChildProcess, delay: number): Promise<boolean> => {
  await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
  const timer = setTimeout(() => child.kill("SIGKILL"), delay);
  const signal = await new Promise<NodeJS.Signals | null>((resolve) =>
    child.once("exit", (_, how) => resolve(how)),
  );
  clearTimeout(timer);
  return signal === "SIGKILL";
};

const ended = async (child: ChildProcess): Promise<boolean> => {
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`the last import ended with ${code}`);
  return false;
};

const work = await mkdtemp(join(tmpdir(), "slipway-fuzz-"));
print(`seed ${seed}`);
const signer = testSigner();
const approve = believe(trusted(signer));
const builder = await openStore(join(work, "builder"));
const site = await openStore(join(work, "site"));
const old = await buildSigned(builder, signer, earlier);
await importFrom(site, (await exportTo(builder, old, { path: join(work, "old.tar") }))[0] ?? "", approve);
const bundle = await buildSigned(builder, signer, small);
const [file = ""] = await exportTo(builder, bundle, { path: join(work, "small.tar") });
const good = await readFile(file);
print(`bundle of ${good.length} bytes, ${good.length / 512} blocks`);
const target = { store: site, work, approve };
const headers = [...Array(good.length / 512).keys()].filter(
  (n) => good.toString("latin1", n * 512 + 257, n * 512 + 262) === "ustar",
);

const flips = await attack(target, BIT_FLIPS, () => {
  const bytes = Buffer.from(good);
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  return bytes;
});
const cuts = await attack(target, TRUNCATIONS, () => good.subarray(0, random(good.length)));
const mutated = await attack(target, HEADER_MUTATIONS, () => {
  const bytes = Buffer.from(good);
  const start = (headers[random(headers.length)] ?? 0) * 512;
  const header = bytes.subarray(start, start + 512);
  const original = Buffer.from(header);
  const kinds: readonly (() => void)[] = [
    () => header.write("../../etc/passwd\0", 0),
    () => header.write("/etc/passwd\0", 0),
    () => header.write(String(1 + random(7)), 156),
    () => header.write("x", 156),
    () => header.write("77777777777", 124),
    () =>
      header.write(
        random(8 ** 6)
          .toString(8)
          .padStart(11, "0"),
        124,
      ),
    () => header.set([0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 124),
    () => header.write("evil link target", 157),
    () => header.fill(0),
    () => header.write("root", 265),
    () => header.write("0004755", 100),
    () =>
      header.write(
        random(8 ** 6)
          .toString(8)
          .padStart(11, "0"),
        136,
      ),
  ];
  while (header.equals(original)) kinds[random(kinds.length)]?.();
  if (random(4) > 0 && header.some((byte) => byte !== 0)) {
    const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  }
  return bytes;
});
let sound = report("bit flips", flips);
sound = report("truncations", cuts) && sound;
sound = report("tar header mutations", mutated) && sound;

const large = (version: string, change: (bytes: Buffer) => Buffer): Sample => ({
  version,
  images: ["one", "two", "three", "four"].map((name) => ({
    name: `registry.example/${name}:${version}`,
    component: name,
    files: { [`bin/${name}`]: change(noise(1_500_000, name)) },
  })),
});
const before = await buildSigned(
  builder,
  signer,
  large("1.0.0", (bytes) => bytes),
);
const after = await buildSigned(
  builder,
  signer,
  large("1.0.1", (bytes) =>
    Buffer.concat([bytes.subarray(0, 700_000), Buffer.from("new"), bytes.subarray(700_000)]),
  ),
);
const [beforeFile = ""] = await exportTo(builder, before, { path: join(work, "before.tar") });
const [afterFile = ""] = await exportTo(builder, after, { path: join(work, "after.tar") });
const inventory = makeInventory("fuzz", [before.record.index], []);
const options = { folder: join(work, "patches"), onProgress: () => {}, signal: never };
const delta = await planDelta(builder, { bundle: after, since: inventory }, options);
const [deltaFile = ""] = await exportTo(builder, after, { path: join(work, "delta.tar"), delta });
const key = join(work, "key.json");
await writeFile(key, JSON.stringify(trusted(signer)));
const reference = async (name: string, files: readonly string[]): Promise<string> => {
  const store = await openStore(join(work, name));
  for (const one of files) await importFrom(store, one, approve);
  return visible(store);
};
const imports = await killLoop(KILLS / 2, async () => {}, {
  work,
  file: afterFile,
  key,
  expected: await reference("full", [afterFile]),
});
print(
  `kill -9 of import: ${imports.kills} kills, ${imports.finished} imports finished, ${imports.same} with the same content`,
);
const applies = await killLoop(
  KILLS / 2,
  async (root) => void (await importFrom(await openStore(root), beforeFile, approve)),
  { work, file: deltaFile, key, expected: await reference("both", [beforeFile, afterFile]) },
);
print(
  `kill -9 of delta: ${applies.kills} kills, ${applies.finished} imports finished, ${applies.same} equal to a full import`,
);
sound = imports.same === imports.finished && applies.same === applies.finished && sound;
await rm(work, { recursive: true, force: true });
print(sound ? "all detected, no partial effects" : "FAILED");
process.exitCode = sound ? 0 : 1;
