import * as z from "zod";
import { SlipwayError, type ErrorCode } from "../../core/contract.ts";
import { text } from "../../contract/text.ts";
import { diskText } from "../../core/metal/choose-disk.ts";
import { describeHoldings, foreignHoldings } from "../../core/metal/foreign.ts";
import { definePhase } from "../../core/phase.ts";
import type { MetalView } from "../../core/ports/metal.ts";
import type { InstallJob } from "../../core/provision/records.ts";
import { boot } from "./boot.ts";
import { chosen, lossOf } from "./disk.ts";
import { follow, metalNames, targetOf } from "./targets.ts";

const isWritten = (job: InstallJob | undefined): job is InstallJob =>
  job?.state === "written" || job?.state === "installed";

/** The error an installer reported, as the catalogue words it; what it said itself is the detail. */
const failureOf = (job: InstallJob, view: MetalView): SlipwayError => {
  const { code = "INSTALLER_FAILED", message = "" } = job.failure ?? {};
  const disk = view.facts?.disks.find(
    ({ serial, name }) => (serial === "" ? name : serial) === (job.disk.serial || job.disk.name),
  );
  const params: Readonly<Record<string, string | number>> = {
    machine: job.machine,
    disk: disk === undefined ? job.disk.name : diskText(disk),
    holds: disk === undefined ? message : describeHoldings(foreignHoldings(disk, job.id)),
    wanted: job.disk.serial || job.disk.name,
    disks: (view.facts?.disks ?? []).map(diskText).join("; "),
    count: 2,
    difference: message,
    has: String(job.disk.sizeBytes),
    needs: "-",
    problem: message,
    file: job.step ?? "",
  };
  return new SlipwayError(code as ErrorCode, params, { detail: message });
};

/** Writes the node OS onto the machine's disk. A slot that is written by half never boots, so it may be cut off at any time. */
export const install = definePhase({
  id: "metal.install",
  title: text("Install the node OS on the disk", "将节点系统安装到磁盘"),
  needs: { booted: boot },
  output: z.object({ installed: z.boolean(), disk: z.string().optional(), serial: z.string().optional() }),
  effect: "destroys",
  timeoutMs: 6 * 3_600_000,
  on: metalNames,
  async probe(context) {
    if (context.from.booted.installed) return { state: "satisfied", output: { installed: true } };
    const view = await context.ports.metal.view(targetOf(context));
    if (isWritten(view.job)) {
      const { name, serial } = view.job.disk;
      return { state: "satisfied", output: { installed: false, disk: name, serial } };
    }
    return {
      state: "needed",
      why: text("the disk has no node OS of this cluster", "磁盘上没有该集群的节点系统"),
      loss: lossOf(context, view),
    };
  },
  async apply(context) {
    const { ports, operation } = context;
    const target = targetOf(context);
    if (operation === undefined) throw new Error("never: applied without an operation");
    await ports.metal.expect(target, operation.id);
    const { disk } = chosen(context, await ports.metal.view(target));
    const { id } = await ports.metal.install(target, disk);
    context.say(text(`writing to ${diskText(disk)} (${id})`, `正在写入 ${diskText(disk)}（${id}）`));
    return follow(context, "new", (view) => {
      const { job } = view;
      if (job?.id !== id) return undefined;
      if (job.state === "failed") throw failureOf(job, view);
      if (job.done !== undefined) context.progress(job.done, job.total, "bytes");
      return isWritten(job) ? { installed: false, disk: job.disk.name, serial: job.disk.serial } : undefined;
    });
  },
});
