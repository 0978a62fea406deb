import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { hostRecord } from "../host/record.ts";
import { machineNames } from "../targets.ts";

const filesOf = async ({
  ports,
}: Pick<StepContext<Record<string, never>>, "ports">): Promise<SmallFile[]> => [
  { path: machinePaths.siteCa, content: await ports.siteCa.certificate() },
];

/** Gives the machine the site's CA, so that everything after this is fetched from somebody it knows. */
export const trust = definePhase({
  id: "site.trust",
  title: text("Trust the site's CA", "信任站点 CA"),
  needs: { recorded: hostRecord },
  output: z.object({ path: z.string() }),
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const differing = await differingFiles(context, await filesOf(context));
    return differing.length === 0
      ? { state: "satisfied", output: { path: machinePaths.siteCa } }
      : { state: "needed", why: text("the machine does not know the site's CA", "该机器尚不认识站点 CA") };
  },
  async apply(context) {
    await writeFiles(context, await filesOf(context));
    return { path: machinePaths.siteCa };
  },
});
