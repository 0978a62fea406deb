import type { ClusterSpec, MachineSpec } from "../../contract/spec/cluster.ts";
import { lifetimeMs } from "../../contract/spec/certificates.ts";
import type { OperationParameters } from "../../contract/parameters.ts";
import {
  collectCertificates,
  isDue,
  parseCertificates,
  type CertificateUse,
  type FoundCertificate,
} from "../../core/cluster/certificate-list.ts";
import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import { registryPaths } from "../../core/registry/config.ts";
import { theMachine } from "../targets.ts";

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "parameters" | "ports" | "signal"
>;

/** Every certificate on the machine, in one round trip. */
export const certificatesOn = async (
  { ports, signal }: Pick<Step, "ports" | "signal">,
  machine: MachineSpec,
): Promise<readonly FoundCertificate[]> => {
  const { stdout } = await ports.remote.script(machine, collectCertificates, {
    args: [registryPaths.certificate],
    signal,
  });
  return parseCertificates(stdout);
};

/** Those of the given uses that are to be renewed: nearly over, or all of them when the operator says so. */
export const dueOn = async (
  step: Step,
  uses: readonly CertificateUse[],
): Promise<readonly FoundCertificate[]> => {
  const machine = theMachine(step);
  const now = step.ports.clock.now();
  const found = await certificatesOn(step, machine);
  const dead = found.find(({ use, notAfter }) => use === "authority" && notAfter <= now);
  if (dead !== undefined) {
    throw SlipwayError.of(
      "CA_EXPIRED",
      { authority: dead.path, machine: machine.name },
      { machine: machine.name },
    );
  }
  const longest = lifetimeMs(step.cluster.certificates.validity);
  return found.filter((certificate) => {
    if (!uses.includes(certificate.use)) return false;
    if (step.parameters.force === true) return true;
    // kubeadm dates certificates back to the making of their authority: the spec's lifetime is what counts.
    return isDue(
      { ...certificate, notBefore: Math.max(certificate.notBefore, certificate.notAfter - longest) },
      now,
    );
  });
};

/** Whether a renewal is about this machine. */
export const isMeant = ({ machines }: OperationParameters, name: string): boolean =>
  machines === undefined || machines.includes(name);

/** Control planes that a renewal is about. */
export const meantControlPlanes = (cluster: ClusterSpec, parameters: OperationParameters): string[] =>
  cluster.machines
    .filter(({ name, roles }) => roles.includes("control-plane") && isMeant(parameters, name))
    .map(({ name }) => name);

/** Runs one script of a renewal. Rejects with RENEWAL_FAILED. */
export const runRenewal = async (
  { ports, signal }: Pick<Step, "ports" | "signal">,
  machine: MachineSpec,
  run: { readonly script: string; readonly args: readonly string[]; readonly stdin?: string },
): Promise<string> => {
  const { code, stdout, stderr } = await ports.remote.script(machine, run.script, {
    args: run.args,
    signal,
    expect: Array.from({ length: 128 }, (_, exit) => exit),
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
  });
  if (code === 0) return stdout;
  throw SlipwayError.of(
    "RENEWAL_FAILED",
    { machine: machine.name, problem: stderr.trim().split("\n").at(-1) ?? "" },
    { machine: machine.name, detail: stderr },
  );
};

/** Paths for a sentence: the first few, and how many more. */
export const listed = (found: readonly FoundCertificate[]): string => {
  const names = found.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  return names.length > 4 ? `${names.slice(0, 4).join(", ")}, +${names.length - 4}` : names.join(", ");
};
