import { itemLines, transferBytes, type ContentItem } from "../../core/content/items.ts";
import { fetchExits, fetchFiles, findMissing, hasZstd, placeFiles } from "../../core/content/scripts.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { text } from "../../contract/text.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { StepContext } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "ports" | "signal" | "say" | "progress"
>;

/** The items whose file on the machine is missing or different. Changes nothing. */
export const missingItems = async (
  step: Step,
  items: readonly ContentItem[],
): Promise<readonly ContentItem[]> => {
  const { stdout } = await step.ports.remote.script(theMachine(step), findMissing, {
    args: [machinePaths.installed],
    stdin: itemLines(items),
    signal: step.signal,
  });
  const missing = new Set(stdout.split("\n"));
  return items.filter(({ path }) => missing.has(path));
};

/**
 * Sends items to the machine: over HTTPS from the appliance, or over SSH where the machine cannot reach it.
 * Rejects with CONTENT_DAMAGED when something arrives broken twice.
 */
export const sendItems = async (
  step: Step,
  items: readonly ContentItem[],
  { rank }: { readonly rank: number },
): Promise<void> => {
  const total = transferBytes(items);
  let done = 0;
  const onOutput = (chunk: string, stream: "stdout" | "stderr"): void => {
    if (stream !== "stdout") return;
    for (const [, bytes] of chunk.matchAll(/^done (\d+) /gm)) done += Number(bytes);
    step.progress(Math.min(done, total), total, "bytes");
  };
  let left = items;
  for (let attempt = 1; left.length > 0; attempt++) {
    const code = await fetchOnce(step, left, { rank, onOutput });
    if (code === fetchExits.noCurl || code === fetchExits.unreachable) {
      step.say(
        code === fetchExits.noCurl
          ? text("no curl on the machine: sending over SSH", "机器上没有 curl：改用 SSH 传输")
          : text(
              "the machine cannot reach this computer: sending over SSH",
              "机器无法访问本机：改用 SSH 传输",
            ),
      );
      return sendOverSsh(step, left);
    }
    if (code === fetchExits.done) return;
    left = await missingItems(step, left);
    if (attempt < 2) continue;
    const machine = theMachine(step).name;
    const what = left[0]?.path ?? "";
    throw SlipwayError.of("CONTENT_DAMAGED", { machine, what }, { machine });
  }
};

const fetchOnce = async (
  step: Step,
  items: readonly ContentItem[],
  { rank, onOutput }: { rank: number; onOutput: (chunk: string, stream: "stdout" | "stderr") => void },
): Promise<number> => {
  const machine = theMachine(step);
  const { remote, content } = step.ports;
  await using offer = await content.offer(machine, {
    digests: items.map(({ blob }) => blob.digest),
    rank,
  });
  const { code } = await remote.script(machine, fetchFiles, {
    args: [...[machinePaths.staging, offer.url, machinePaths.siteCa], rank < LATER_RANK ? "now" : "later"],
    stdin: `${offer.token}\n${itemLines(items)}`,
    signal: step.signal,
    expect: [fetchExits.done, fetchExits.damaged, fetchExits.noCurl, fetchExits.unreachable],
    onOutput,
  });
  return code;
};

const sendOverSsh = async (step: Step, items: readonly ContentItem[]): Promise<void> => {
  const machine = theMachine(step);
  const { remote } = step.ports;
  const { stdout } = await remote.script(machine, hasZstd, { signal: step.signal });
  const unpacks = stdout.trim() === "zstd";
  const total = transferBytes(items);
  let before = 0;
  for (const item of items) {
    const sent = item.compressed && !unpacks ? { ...item, blob: item.content, compressed: false } : item;
    await uploadItem(step, {
      item,
      sent,
      onProgress: (bytes) => step.progress(before + bytes, total, "bytes"),
    });
    await remote.script(machine, placeFiles, {
      args: [machinePaths.staging],
      stdin: itemLines([sent]),
      signal: step.signal,
    });
    before += item.blob.size;
  }
};

const uploadItem = async (
  { machine, target, ports, signal }: Step,
  { item, sent, onProgress }: { item: ContentItem; sent: ContentItem; onProgress: (bytes: number) => void },
): Promise<void> => {
  const to = theMachine({ machine, target });
  const { digest } = item.blob;
  const local = await ports.content.file(sent === item ? { digest } : { digest, plain: sent.blob.digest });
  const sha256 = sent.blob.digest.slice("sha256:".length);
  await ports.remote.upload(
    to,
    { local, remote: `${machinePaths.staging}/${sha256}` },
    { sha256, mode: 0o600, signal, onProgress },
  );
};

/** Machines in the order in which they get content: what the others wait for first. */
export const firstRank = ({ name }: Pick<MachineSpec, "name">, controlPlanes: readonly string[]): number =>
  controlPlanes[0] === name ? 0 : controlPlanes.includes(name) ? 1 : 2;

/** Rank of content that nothing waits for. */
export const LATER_RANK = 5;
