import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { containerdConfig, containerdUnit, crictlConfig } from "../../core/runtime/containerd.ts";
import { imageOf } from "../../core/runtime/images.ts";
import { externalMirror, mirrorFiles, registryOrder, upstreamsOf } from "../../core/runtime/mirrors.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { deliverRuntime } from "../content/runtime.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { machineNames, theMachine } from "../targets.ts";

/** Prints containerd's version when it runs, is enabled and answers. Reads only. */
const look = `
if systemctl is-enabled --quiet containerd.service && systemctl is-active --quiet containerd.service; then
  timeout 5 /usr/local/bin/ctr version 2>/dev/null | awk '/^Server:/ { server = 1 } server && /Version:/ { print $2; exit }'
fi
exit 0
`;

/** `$1` is `restart` when the configuration has changed. The unit is of type notify: started means that it answers. */
const start = `${enableUnitFunction}
set -e
enable_unit containerd.service
systemctl "$1" containerd.service
`;

const logTail = `journalctl --no-pager --lines 30 --unit containerd.service --output cat`;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

/** The external registry of the spec, its credentials resolved: never to be journalled. */
const externalOf = async ({
  cluster: { registry },
  ports,
}: Step): Promise<ReturnType<typeof externalMirror> | undefined> => {
  const { external } = registry;
  if (external === undefined) return undefined;
  return externalMirror(external, external.password && (await ports.secrets.resolve(external.password)));
};

const filesOf = async (context: Step, facts: MachineFacts): Promise<readonly SmallFile[]> => {
  const machine = theMachine(context);
  const { cluster, ports } = context;
  const release = await releaseFor(context, facts);
  const external = await externalOf(context);
  const registries = registryOrder({
    machine: {
      address: machine.address,
      index: cluster.machines.findIndex(({ name }) => name === machine.name),
    },
    controlPlanes: cluster.machines
      .filter(({ roles }) => roles.includes("control-plane"))
      .map(({ address }) => ({ address, port: cluster.registry.port })),
    appliance: await ports.content.addressFor(machine),
    ...(external === undefined ? {} : { external: external.host }),
  });
  return [
    {
      path: machinePaths.containerdConfig,
      content: containerdConfig({
        pauseImage: imageOf(release, "pause").name,
        restrictOomScore: !facts.privileges.lowerOomScore,
      }),
    },
    { path: machinePaths.containerdUnit, content: containerdUnit },
    { path: machinePaths.crictlConfig, content: crictlConfig },
    ...(external?.files ?? []),
    ...mirrorFiles(upstreamsOf(release.images), registries),
  ];
};

/** Files that containerd reads once, when it starts. Mirror rules are read anew for every pull. */
const startFiles: readonly string[] = [machinePaths.containerdConfig, machinePaths.containerdUnit];

const Output = z.object({ version: z.string() });

/** Configures containerd with the site's mirrors and starts it. */
export const containerd = definePhase({
  id: "runtime.containerd",
  title: text("Start the container runtime", "启动容器运行时"),
  needs: { facts: inventory, delivered: deliverRuntime },
  output: Output,
  effect: "changes",
  timeoutMs: 120_000,
  on: machineNames,
  async probe(context) {
    const machine = theMachine(context);
    const differing = await differingFiles(context, await filesOf(context, context.from.facts));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { stdout } = await context.ports.remote.script(machine, look, { signal: context.signal });
    const version = stdout.trim();
    return version === ""
      ? { state: "needed", why: text("containerd does not answer", "containerd 没有响应") }
      : { state: "satisfied", output: { version } };
  },
  async apply(context) {
    const machine = theMachine(context);
    const { remote } = context.ports;
    const changed = await writeFiles(context, await filesOf(context, context.from.facts));
    const verb = changed.some((path) => startFiles.includes(path)) ? "restart" : "start";
    const { code, stderr } = await remote.script(machine, start, {
      args: [verb],
      signal: context.signal,
      expect: [0, 1],
    });
    const { stdout } = await remote.script(machine, look, { signal: context.signal });
    const version = stdout.trim();
    if (code === 0 && version !== "") return { version };
    const log = await remote.script(machine, logTail, { signal: context.signal, expect: [0, 1] });
    const problem = stderr.split("\n")[0] || "it does not answer";
    throw SlipwayError.of(
      "SERVICE_NOT_RUNNING",
      { service: "containerd", machine: machine.name, problem },
      { machine: machine.name, detail: log.stdout },
    );
  },
});
