/** One step of the benchmark in a process of its own, so that its peak memory is its own: `<step> <store> <file> <key> [registry]`. */
import { readFile } from "node:fs/promises";
import { fileSource } from "../../installer/adapters/bundle/source.ts";
import { verifyTransport } from "../../installer/adapters/bundle/verify.ts";
import { publishImages } from "../../installer/adapters/registry/layout.ts";
import { pushBundle } from "../../installer/adapters/registry/push.ts";
import { TrustedKey } from "../../installer/contract/bundle/trust.ts";
import { believe, exportTo, importFrom, never, openStore } from "./signed.ts";

const [step = "", root = "", file = "", key = "", address = ""] = process.argv.slice(2);
const approve = believe(TrustedKey.parse(JSON.parse(await readFile(key, "utf8"))));
const store = await openStore(root);
const started = performance.now();
const before = process.cpuUsage();
if (step === "export") {
  const [bundle] = await store.bundles();
  if (bundle !== undefined) await exportTo(store, bundle, { path: file });
} else if (step === "verify") {
  const approved = (...of: Parameters<typeof approve>): void => void approve(...of);
  await verifyTransport(await fileSource(file, [file]), {
    approve: approved,
    onProgress: () => {},
    signal: never,
  });
} else if (step === "import") {
  await importFrom(store, file, approve);
} else if (step === "publish") {
  for (const { index } of await store.bundles()) await publishImages(store, index, `${root}-registry`);
} else if (step === "push") {
  const options = {
    parallel: 4,
    attempts: 1,
    continueOnError: "no",
    onProgress: () => {},
    signal: never,
  } as const;
  for (const bundle of await store.bundles()) {
    const { failed } = await pushBundle(store, bundle, { target: { address, prefix: "" }, options });
    if (failed.length > 0) throw new Error(JSON.stringify(failed));
  }
}
const ms = performance.now() - started;
// VmHWM and not getrusage: that one remembers the memory of the parent from before exec.
const peak = Number(/VmHWM:\s+(\d+)/.exec(await readFile("/proc/self/status", "utf8"))?.[1]) / 1024;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ ms, cpu: (user + system) / 1000, peak }));
