import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../core/contract.ts";
import { apiEndpoint, controlPlanesOf } from "../../core/cluster/endpoint.ts";
import {
  ENDPOINT_UNIT,
  healthScript,
  keepalivedConfig,
  keepalivedPaths,
  keepalivedUnit,
} from "../../core/cluster/keepalived.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { keepalived as installed } from "../content/keepalived.ts";
import { endpointProbe } from "./probe.ts";

const findProgram = `command -v keepalived || { [ -x /usr/sbin/keepalived ] && echo /usr/sbin/keepalived; } || true`;

const look = `systemctl is-enabled --quiet "$1" && systemctl is-active --quiet "$1" && echo running
exit 0
`;

/** `$1` is the unit, `$2` what to do with it: a new configuration is read without letting go of the address. */
const start = `${enableUnitFunction}
set -e
enable_unit "$1"
if systemctl is-active --quiet "$1"; then systemctl "$2" "$1"; else systemctl start "$1"; fi
sleep 0.3
systemctl is-active --quiet "$1" || { journalctl --no-pager --lines 20 --output cat --unit "$1" >&2; exit 1; }
`;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const filesOf = async (context: Step, device: string): Promise<readonly SmallFile[]> => {
  const machine = theMachine(context);
  const { cluster, ports, signal } = context;
  const { stdout } = await ports.remote.script(machine, findProgram, { signal });
  const program = stdout.trim();
  if (program === "") {
    throw SlipwayError.of("KEEPALIVED_MISSING", { machine: machine.name }, { machine: machine.name });
  }
  const { host, bindPort } = apiEndpoint(cluster);
  return [
    {
      path: keepalivedPaths.config,
      content: keepalivedConfig({
        virtualIp: host,
        port: bindPort,
        machine,
        interface: device,
        controlPlanes: controlPlanesOf(cluster).map(({ address }) => address),
      }),
    },
    { path: keepalivedPaths.health, content: healthScript(bindPort), mode: 0o755 },
    { path: keepalivedPaths.unit, content: keepalivedUnit(program) },
  ];
};

/** Lets the control planes hold the virtual address among them. */
export const keepalived = definePhase({
  id: "endpoint.keepalived",
  title: text("Serve the virtual address of the API", "提供 API 虚拟地址"),
  needs: { probed: everyMachine(endpointProbe), installed },
  output: z.object({ address: z.string().nullable() }),
  effect: "changes",
  timeoutMs: 60_000,
  on: controlPlaneNames,
  async probe(context) {
    const { kind, host } = apiEndpoint(context.cluster);
    const device = context.from.probed.get(context.target)?.interface;
    if (kind !== "virtual-ip" || typeof device !== "string") {
      return { state: "satisfied", output: { address: null } };
    }
    const differing = await differingFiles(context, await filesOf(context, device));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      args: [ENDPOINT_UNIT],
      signal: context.signal,
    });
    return stdout.trim() === "running"
      ? { state: "satisfied", output: { address: host } }
      : { state: "needed", why: text("keepalived does not run", "keepalived 未运行") };
  },
  async apply(context) {
    const { host } = apiEndpoint(context.cluster);
    const device = context.from.probed.get(context.target)?.interface ?? "";
    const changed = await writeFiles(context, await filesOf(context, device));
    await context.ports.remote.script(theMachine(context), start, {
      args: [ENDPOINT_UNIT, changed.includes(keepalivedPaths.unit) ? "restart" : "reload"],
      signal: context.signal,
    });
    return { address: host };
  },
});
