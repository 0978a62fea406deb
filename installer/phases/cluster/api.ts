import { SlipwayError } from "../../core/contract.ts";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import { apiEndpoint } from "../../core/cluster/endpoint.ts";
import type { Manifest } from "../../core/cluster/manifests/manifest.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { yamlDocuments } from "../../core/cluster/yaml.ts";
import type { StepContext } from "../../core/phase.ts";
import type { CommandResult } from "../../core/ports/remote.ts";

type Step = Pick<StepContext<Record<string, never>>, "cluster" | "ports" | "signal">;

/**
 * Runs kubectl against the API server of the machine it runs on. `$1` is `https://ADDRESS:PORT`, the rest kubectl's own
 * arguments. While a cluster is being made, admin.conf has no rights yet: super-admin.conf, which is on the first control
 * plane only, has them from the beginning.
 */
const kubectlScript = `
umask 077
mkdir -p ${kubernetesPaths.run}
config=${kubernetesPaths.superAdminConfig}
[ -s "$config" ] || config=${kubernetesPaths.adminConfig}
server=$1
shift
exec /usr/local/bin/kubectl --kubeconfig "$config" --server "$server" \\
  --cache-dir ${kubernetesPaths.kubectlCache} --request-timeout 30s "$@"
`;

/** One call of kubectl. */
export interface KubectlCall {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly expect?: readonly number[];
}

/** kubectl on a control plane, as the cluster's administrator. Rejects with COMMAND_FAILED. */
export const kubectl = (
  { cluster, ports, signal }: Step,
  on: MachineSpec,
  { args, stdin, expect = [0] }: KubectlCall,
): Promise<CommandResult> =>
  ports.remote.script(on, kubectlScript, {
    args: [`https://${on.address}:${apiEndpoint(cluster).bindPort}`, ...args],
    signal,
    expect,
    maxOutputBytes: 8 * 1024 * 1024,
    ...(stdin === undefined ? {} : { stdin }),
  });

/** What is applied, for the operator: the name is part of the error. */
export interface Bundle {
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

const FIELD_MANAGER = "slipway";

const lastLine = (output: string): string => output.trim().split("\n").at(-1) ?? "";

/** Applies objects on the server's side: what others have set and Slipway does not name stays. Rejects with MANIFEST_REFUSED. */
export const applyManifests = async (step: Step, on: MachineSpec, bundle: Bundle): Promise<void> => {
  const { code, stdout, stderr } = await kubectl(step, on, {
    args: [
      "apply",
      "--server-side",
      "--force-conflicts",
      `--field-manager=${FIELD_MANAGER}`,
      "--filename",
      "-",
    ],
    stdin: yamlDocuments(bundle.manifests),
    expect: [0, 1],
  });
  if (code === 0) return;
  throw SlipwayError.of(
    "MANIFEST_REFUSED",
    { what: bundle.name, problem: lastLine(stderr) },
    { machine: on.name, detail: `${stdout}${stderr}` },
  );
};

/** Whether the API holds every object as Slipway would apply it. Changes nothing: the comparison is a dry run on the server. */
export const manifestsDiffer = async (step: Step, on: MachineSpec, bundle: Bundle): Promise<boolean> => {
  const { code, stdout, stderr } = await kubectl(step, on, {
    args: [
      "diff",
      "--server-side",
      "--force-conflicts",
      `--field-manager=${FIELD_MANAGER}`,
      "--filename",
      "-",
    ],
    stdin: yamlDocuments(bundle.manifests),
    expect: [0, 1, 2],
  });
  if (code === 0) return false;
  // A namespace that is not there yet, or an API that is not ready, is no difference but a reason to apply.
  if (code === 1 || /not found|NotFound/.test(stderr)) return true;
  throw SlipwayError.of(
    "MANIFEST_REFUSED",
    { what: bundle.name, problem: lastLine(stderr) },
    { machine: on.name, detail: `${stdout}${stderr}` },
  );
};

/** The object kubectl prints as JSON. */
export const kubectlJson = async <T>(step: Step, on: MachineSpec, args: readonly string[]): Promise<T> =>
  JSON.parse((await kubectl(step, on, { args: [...args, "--output", "json"] })).stdout) as T;
