import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { leavingAlive } from "../../core/cluster/leave-rules.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import { definePhase, everyMachine, type StepContext } from "../../core/phase.ts";
import { inventory } from "../machine/inventory.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";

/**
 * Whose is the address? `$1` is the address, `$2` the interface. A machine that is on has to answer ARP whatever its
 * firewall says (RFC 826), so the neighbour table after a packet was sent tells: `own`, `free` or the answering MAC.
 * arping asks without touching that table (RFC 5227), and is preferred where it is.
 */
const whose = `
if ip -4 -oneline address show | grep -qF " $1/"; then
  echo own
  exit 0
fi
if command -v arping >/dev/null 2>&1 && arping -V 2>&1 | grep -qi iputils; then
  arping -q -D -I "$2" -c 2 -w 2 "$1" 2>/dev/null && { echo free; exit 0; }
fi
ip neigh del "$1" dev "$2" 2>/dev/null
ping -c 1 -W 1 -I "$2" "$1" >/dev/null 2>&1
mac=$(ip -4 neigh show to "$1" dev "$2" | awk '{ for (i = 1; i < NF; i++) if ($i == "lladdr") print $(i + 1) }')
echo "\${mac:-free}"
`;

/** The interface that holds the virtual address: the spec's, else the one with the machine's own address. */
export const endpointInterface = (
  facts: Pick<MachineFacts, "interfaces">,
  { address, wanted }: { readonly address: string; readonly wanted: string | undefined },
): string | undefined =>
  facts.interfaces.find(({ name, addresses }) =>
    wanted === undefined ? addresses.some((entry) => entry.address === address) : name === wanted,
  )?.name;

/** Exits 0 on the machine that holds the address `$1`. */
const holds = `ip -4 -oneline address show | grep -qF " $1/"`;

/** A control plane that is about to leave the cluster and holds the address until it does. */
const leavingHolder = async (
  { parameters, ports, signal }: Pick<StepContext<Record<string, never>>, "parameters" | "ports" | "signal">,
  address: string,
): Promise<MachineSpec | undefined> => {
  for (const machine of leavingAlive(parameters)) {
    if (!machine.roles.includes("control-plane")) continue;
    const { code } = await ports.remote.script(machine, holds, { args: [address], signal, expect: [0, 1] });
    if (code === 0) return machine;
  }
  return undefined;
};

const Output = z.object({
  interface: z.string().nullable().describe("Interface for the virtual address; null where there is none"),
  holder: z.string().nullable().describe("Machine that holds the address now"),
});

/** Makes sure that nobody else has the virtual address, before one of the control planes takes it. */
export const endpointProbe = definePhase({
  id: "endpoint.probe",
  title: text("Ask whether the virtual address is free", "确认虚拟地址未被占用"),
  needs: { facts: everyMachine(inventory) },
  output: Output,
  effect: "reads",
  timeoutMs: 30_000,
  on: controlPlaneNames,
  async probe(context) {
    const machine = theMachine(context);
    const { cluster, from } = context;
    const { kind, host } = apiEndpoint(cluster);
    if (kind !== "virtual-ip") return { state: "satisfied", output: { interface: null, holder: null } };
    const facts = from.facts.get(machine.name);
    const wanted = machine.interface ?? cluster.endpoint.interface;
    const device =
      facts === undefined ? undefined : endpointInterface(facts, { address: machine.address, wanted });
    if (device === undefined) {
      throw SlipwayError.of("INTERFACE_UNKNOWN", {
        machine: machine.name,
        interface: wanted ?? machine.address,
      });
    }
    const { stdout } = await context.ports.remote.script(machine, whose, {
      args: [host, device],
      signal: context.signal,
    });
    const answer = stdout.trim();
    if (answer === "own") return { state: "satisfied", output: { interface: device, holder: machine.name } };
    if (answer === "free") return { state: "satisfied", output: { interface: device, holder: null } };
    const holder = controlPlaneNames(cluster).find((name) =>
      from.facts.get(name)?.interfaces.some(({ mac }) => mac?.toLowerCase() === answer.toLowerCase()),
    );
    if (holder !== undefined) return { state: "satisfied", output: { interface: device, holder } };
    const leaving = await leavingHolder(context, host);
    if (leaving !== undefined) {
      return { state: "satisfied", output: { interface: device, holder: leaving.name } };
    }
    throw SlipwayError.of(
      "VIRTUAL_IP_TAKEN",
      { address: host, owner: answer, machine: machine.name },
      { machine: machine.name },
    );
  },
});
