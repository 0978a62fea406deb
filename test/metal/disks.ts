import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildInstaller, unpackInitrd } from "../support/metal/installer-root.ts";
import { smallFiles } from "../support/metal/sample.ts";
import { startStandIn } from "../support/metal/stand-in.ts";
import { runDiskSet } from "./disk-run.ts";
import { diskSet } from "./disk-set.ts";

/** `npm run test:disks [count] [first seed]`: the installer over generated machines; no disk that is not named may change. */
const [count = 200, first = 1] = process.argv.slice(2).map(Number);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), "slipway-disks-"));
const root = join(folder, "root");
const { initrd } = await buildInstaller();
unpackInitrd(initrd, root);
const files = smallFiles(folder);
const engine = await startStandIn("127.0.0.1", {
  files: { ...files },
  decide: () => ({ action: "install", job: "j1" }),
  plan: () => {
    throw new Error("no machine yet");
  },
});
let failed = 0;
let compared = 0;
const wishes = new Map<string, number>();
const contents = new Map<string, number>();
try {
  for (let seed = first; seed < first + count; seed += 1) {
    const set = diskSet(seed);
    const verdict = await runDiskSet({ root, folder, engine, files }, set);
    wishes.set(set.wish, (wishes.get(set.wish) ?? 0) + 1);
    for (const { content } of set.disks) contents.set(content, (contents.get(content) ?? 0) + 1);
    compared += verdict.compared;
    if (verdict.wrong.length > 0) failed += 1;
    const disks = set.disks.map(({ content }) => content).join(", ");
    print(`seed ${seed}: ${set.wish} (${disks}): ${verdict.wrong.join("; ") || "ok"}`);
  }
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
const counts = (of: ReadonlyMap<string, number>): string =>
  [...of].map(([name, number]) => `${number} ${name}`).join(", ");
print(`${count} machines from seed ${first}: ${counts(wishes)}; contents: ${counts(contents)}`);
print(
  `${compared} disks had to stay as they were and were compared; machines with something wrong: ${failed}`,
);
process.exitCode = failed === 0 ? 0 : 1;
