import { DiskLatency } from "../../contract/preflight.ts";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../core/contract.ts";
import { jsonOf } from "../../core/inventory/numbers.ts";
import { definePhase } from "../../core/phase.ts";
import { etcdFolder, parseLatency } from "../../core/preflight/latency.ts";
import { diskLatencyCalmMs } from "../../core/preflight/limits.ts";
import { latencyScript } from "../../core/preflight/latency-script.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { inventory } from "./inventory.ts";
import { stateFolder } from "./mark.ts";
import { prepare } from "./prepare.ts";

const resultPath = `${stateFolder}/disk-latency.json`;

/** A disk may have been changed or worn since; a day is as long as a measurement is believed. */
const believedForMs = 24 * 3600 * 1000;

/** Measures how long etcd will wait for its disk, and keeps the answer on the machine for a day. */
export const diskLatency = definePhase({
  id: "machine.disk-latency",
  title: text("Measure disk latency for etcd", "测量 etcd 磁盘时延"),
  needs: { facts: inventory, prepared: prepare },
  output: DiskLatency,
  effect: "changes",
  timeoutMs: 120_000,
  on: controlPlaneNames,
  async probe(context) {
    const { ports, from, signal } = context;
    const content = await ports.remote.readFile(theMachine(context), resultPath, signal);
    const kept = DiskLatency.safeParse(jsonOf(content)).data;
    if (kept === undefined) return { state: "needed", why: text("never measured", "尚未测量") };
    const age = ports.clock.now() - kept.measuredAt;
    if (age < 0 || age > believedForMs) {
      return { state: "needed", why: text("measured more than 24 hours ago", "上次测量已超过 24 小时") };
    }
    const now = from.facts.space.find(({ path }) => path === etcdFolder);
    if (now?.mount !== kept.mount || now.source !== kept.source) {
      return {
        state: "needed",
        why: text(`${etcdFolder} is on another file system now`, `${etcdFolder} 所在的文件系统已变更`),
      };
    }
    return { state: "satisfied", output: kept };
  },
  async apply(context) {
    const { ports, from, signal } = context;
    const machine = theMachine(context);
    context.waiting(text("writing small blocks for up to four seconds", "正在写入小数据块，最长 4 秒"));
    const result = await ports.remote.script(machine, latencyScript, {
      args: [etcdFolder, String(diskLatencyCalmMs * 1000)],
      signal,
      expect: [0, 1, 2, 124, 255],
    });
    const measuredAt = ports.clock.now();
    const latency = parseLatency(result.stdout, { space: from.facts.space, measuredAt });
    if (result.code !== 0 || latency === undefined) {
      throw SlipwayError.of(
        "DISK_LATENCY_UNMEASURED",
        {
          machine: machine.name,
          path: etcdFolder,
          problem: result.stderr.trim().split("\n").at(-1) || "too few writes",
        },
        { machine: machine.name, detail: `${result.stdout.slice(0, 4000)}\n${result.stderr}` },
      );
    }
    await ports.remote.writeFile(
      machine,
      { path: resultPath, content: `${JSON.stringify(latency, undefined, 2)}\n` },
      { signal, mode: 0o600 },
    );
    return latency;
  },
});
