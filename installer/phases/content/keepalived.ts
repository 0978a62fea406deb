import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { keepalivedCommands } from "../../core/runtime/commands.ts";
import { inventory } from "../machine/inventory.ts";
import { firstImages } from "../runtime/first-images.ts";
import { trust } from "../site/trust.ts";
import { controlPlaneNames } from "../targets.ts";
import { installLacking, lacking } from "./package-install.ts";

const Output = z.object({ installed: z.array(z.string()).describe("Packages installed by this run") });

/**
 * Installs what holds the virtual address, on control planes of a cluster that has one. Apart from the other packages, because nothing but the address waits for it, and
 * after the images, because the first control plane can start without it.
 */
export const keepalived = definePhase({
  id: "content.keepalived",
  title: text("Install keepalived", "安装 keepalived"),
  needs: { facts: inventory, trusted: trust, images: firstImages },
  output: Output,
  effect: "changes",
  timeoutMs: 10 * 60_000,
  on: controlPlaneNames,
  async probe(context) {
    if (context.cluster.endpoint.virtualIp === undefined)
      return { state: "satisfied", output: { installed: [] } };
    const { commands } = await lacking(context, keepalivedCommands);
    if (commands.length === 0) return { state: "satisfied", output: { installed: [] } };
    const names = commands.join(", ");
    return {
      state: "needed",
      why: text(`missing or not whole: ${names}`, `缺少或安装不完整的命令：${names}`),
    };
  },
  async apply(context) {
    const installed = await installLacking(context, {
      wanted: keepalivedCommands,
      facts: context.from.facts,
    });
    return { installed: [...installed] };
  },
});
