import * as z from "zod";
import { text } from "../../contract/text.ts";
import {
  INNER_ROUTES_UNIT,
  innerRoutesPaths,
  innerRoutesScript,
  innerRoutesUnit,
} from "../../core/runtime/inner-routes.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { machineNames, theMachine } from "../targets.ts";
import { hostSettings } from "./settings.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster">;

const filesOf = (context: Step): readonly SmallFile[] => {
  const { network } = context.cluster;
  const machine = theMachine(context);
  const script = innerRoutesScript({
    services: network.services,
    pods: network.pods,
    nodeAddress: machine.nodeIp ?? machine.address,
  });
  return [
    { path: innerRoutesPaths.script, content: script, mode: 0o755 },
    { path: innerRoutesPaths.unit, content: innerRoutesUnit },
  ];
};

const look = `systemctl is-enabled --quiet "$1" && systemctl is-active --quiet "$1" && echo running
exit 0
`;

const start = `${enableUnitFunction}
set -e
enable_unit "$1"
systemctl restart "$1"
`;

/** Keeps packets to services and pods from leaving by the default route while nobody serves them yet. */
export const innerRoutes = definePhase({
  id: "host.routes",
  title: text("Keep packets to services and pods inside", "防止 Service 与 Pod 流量外泄"),
  needs: { settings: hostSettings },
  output: z.object({ networks: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    const { pods, services } = context.cluster.network;
    const differing = await differingFiles(context, filesOf(context));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      args: [INNER_ROUTES_UNIT],
      signal: context.signal,
    });
    return stdout.trim() === "running"
      ? { state: "satisfied", output: { networks: [services, pods] } }
      : { state: "needed", why: text("the routes are not there", "路由尚未建立") };
  },
  async apply(context) {
    const { pods, services } = context.cluster.network;
    await writeFiles(context, filesOf(context));
    await context.ports.remote.script(theMachine(context), start, {
      args: [INNER_ROUTES_UNIT],
      signal: context.signal,
    });
    return { networks: [services, pods] };
  },
});
