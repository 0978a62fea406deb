import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { machineCommands } from "../../core/runtime/commands.ts";
import { inventory } from "../machine/inventory.ts";
import { trust } from "../site/trust.ts";
import { machineNames } from "../targets.ts";
import { installLacking, lacking } from "./package-install.ts";

const Output = z.object({ installed: z.array(z.string()).describe("Packages installed by this run") });

/** Installs the system's packages that every machine needs and this one lacks, from the bundle. */
export const packages = definePhase({
  id: "content.packages",
  title: text("Install missing system packages", "安装缺少的系统软件包"),
  needs: { facts: inventory, trusted: trust },
  output: Output,
  effect: "changes",
  timeoutMs: 10 * 60_000,
  on: machineNames,
  async probe(context) {
    const { commands } = await lacking(context, machineCommands);
    if (commands.length === 0) return { state: "satisfied", output: { installed: [] } };
    const names = commands.join(", ");
    return {
      state: "needed",
      why: text(`missing or not whole: ${names}`, `缺少或安装不完整的命令：${names}`),
    };
  },
  async apply(context) {
    const installed = await installLacking(context, { wanted: machineCommands, facts: context.from.facts });
    return { installed: [...installed] };
  },
});
