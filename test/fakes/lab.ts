import { join } from "node:path";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import type {
  LabFault,
  LabMachineStatus,
  LabPower,
  LabStatus,
  LabUpRequest,
} from "../../installer/contract/lab.ts";
import { text } from "../../installer/contract/text.ts";
import type { Lab } from "../../installer/core/ports/lab.ts";

const FIRST: Readonly<Record<string, number>> = { n: 10, v: 200, m: 220 };

/** A lab of nothing but names: keeps what was asked for and answers as the real one would. */
export class FakeLab implements Lab {
  /** Every fault made, in order, as `lab/machine type`. */
  readonly faults: string[] = [];
  readonly #labs = new Map<string, LabStatus>();

  async up(request: LabUpRequest, options: Parameters<Lab["up"]>[1] = {}): Promise<LabStatus> {
    const present = this.#labs.get(request.name);
    const subnet = request.subnet ?? present?.subnet ?? "10.99.0.0/24";
    if (present !== undefined && present.subnet !== subnet) {
      const params = { lab: request.name, subnet: present.subnet, wanted: subnet };
      throw SlipwayError.of("LAB_SUBNET_FIXED", params);
    }
    const prefix = subnet.replace(/0\/24$/, "");
    const names = [
      ...Array.from(
        { length: request.machines ?? (present === undefined ? 4 : 0) },
        (_, index) => `n${index + 1}`,
      ),
      ...Array.from({ length: request.vms }, (_, index) => `v${index + 1}`),
      ...Array.from({ length: request.metal?.count ?? 0 }, (_, index) => `m${index + 1}`),
    ];
    const machines = names.map(
      (name): LabMachineStatus =>
        present?.machines.find((machine) => machine.name === name) ?? {
          name,
          kind: name.startsWith("v") ? "vm" : name.startsWith("m") ? "metal" : "container",
          state: name.startsWith("m") ? "stopped" : "running",
          address: `${prefix}${(FIRST[name.charAt(0)] ?? 10) + Number(name.slice(1))}`,
          cpuSeconds: 0,
          memoryBytes: 0,
          uptimeSeconds: 0,
          faults: [],
        },
    );
    const added = machines.filter((machine) => !present?.machines.includes(machine));
    added.forEach((machine, index) =>
      options.onProgress?.({
        step: "boot",
        machine: machine.name,
        text: text("Answers on SSH", "SSH 已就绪"),
        done: index + 1,
        total: added.length,
      }),
    );
    const status: LabStatus = {
      name: request.name,
      subnet,
      gateway: `${prefix}1`,
      directory: join("/labs", request.name),
      namespace: `/run/netns/slipway-${request.name}`,
      machines: [...machines, ...(present?.machines.filter(({ name }) => !names.includes(name)) ?? [])],
      egress: { packets: 0, bytes: 0, dnsQueries: 0 },
    };
    this.#labs.set(request.name, status);
    return status;
  }

  async status(name: string): Promise<LabStatus> {
    const status = this.#labs.get(name);
    if (status === undefined) throw SlipwayError.of("LAB_UNKNOWN", { lab: name });
    return status;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#labs.keys()].toSorted();
  }

  async fault(lab: string, machine: string, fault: LabFault): Promise<void> {
    await this.#machine(lab, machine);
    this.faults.push(`${lab}/${machine} ${fault.type}`);
  }

  async power(lab: string, machine: string, power: LabPower): Promise<void> {
    await this.#machine(lab, machine);
    this.faults.push(`${lab}/${machine} power ${power}`);
  }

  async down(name: string): Promise<void> {
    this.#labs.delete(name);
  }

  async sshCommand(
    lab: string,
    machine: string,
    command: readonly string[] = [],
  ): Promise<readonly string[]> {
    const { address } = await this.#machine(lab, machine);
    return ["ssh", `root@${address}`, ...(command.length === 0 ? [] : ["--", ...command])];
  }

  insideCommand(lab: string, argv: readonly string[]): readonly string[] {
    return ["nsenter", `--net=/run/netns/slipway-${lab}`, "--", ...argv];
  }

  clusterFile(lab: string): string {
    return join("/labs", lab, "cluster.yaml");
  }

  async #machine(lab: string, name: string): Promise<LabMachineStatus> {
    const { machines } = await this.status(lab);
    const found = machines.find((machine) => machine.name === name);
    if (found !== undefined) return found;
    const known = machines.map((machine) => machine.name).join(", ");
    throw SlipwayError.of("LAB_MACHINE_UNKNOWN", { lab, machine: name, known });
  }
}
