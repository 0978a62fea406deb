import { stringify } from "yaml";
import type { Cluster } from "../../contract/api/clusters.ts";
import { errorEntry, SlipwayError } from "../../contract/errors/index.ts";
import { MachineSpec } from "../../contract/spec/cluster.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import type { Session } from "../session.ts";
import { runRequest, runWorkflow, type WorkflowRequest } from "./cluster.ts";

/**
 * Runs what destroys something: without the typed confirmation it is the plan that is shown, which ends with what to type.
 */
const runConfirmed = async (request: WorkflowRequest, session: Session, input: Input): Promise<number> => {
  if (input.options["plan"] === true || optionText(input, "confirm") !== undefined) {
    return runRequest(request, session, input);
  }
  const planned = await runRequest(request, session, withPlan(input));
  return planned === 0 ? errorEntry("DESTRUCTION_NOT_CONFIRMED").exit : planned;
};

const withPlan = (input: Input): Input => ({ ...input, options: { ...input.options, plan: true } });

const clusterNamed = async (session: Session, cluster: string): Promise<Cluster> =>
  (await session.engine()).clusters.get({ cluster });

/** Machines named after the cluster. */
const namedMachines = ({ args }: Input): string[] => args.slice(1).filter((name) => name !== undefined);

/** `cluster remove`. */
export const remove: Action = (session, input) => {
  const machines = namedMachines(input);
  const dead = input.options["dead"] === true ? { dead: machines } : {};
  return runConfirmed(
    {
      workflow: "remove-machine",
      spec: { cluster: argument(input, 0), without: machines },
      parameters: { ...dead },
    },
    session,
    input,
  );
};

/**
 * `cluster replace`: the dead machine is struck off, then the spec with it is applied again. Its host key is forgotten in
 * between: the fresh machine has one of its own, and the operator has said that this is another machine.
 */
export const replace: Action = async (session, input) => {
  const [cluster, name] = [argument(input, 0), argument(input, 1)];
  const { spec } = await clusterNamed(session, cluster);
  const machine = spec.machines.find((candidate) => candidate.name === name);
  if (machine === undefined) throw SlipwayError.of("MACHINES_UNKNOWN", { cluster, machines: name });
  const struck = await runConfirmed(
    { workflow: "remove-machine", spec: { cluster, without: [name] }, parameters: { dead: [name] } },
    session,
    { ...input, options: { ...input.options, detach: false } },
  );
  if (struck !== 0 || input.options["plan"] === true) return struck;
  const client = await session.engine();
  const endpoint = `${machine.address}:${machine.ssh?.port ?? spec.ssh.port}`;
  const pinned = (await client.hostKeys.list()).find((key) => key.endpoint === endpoint);
  if (pinned !== undefined) await client.hostKeys.forget({ endpoint });
  return runRequest({ workflow: "bootstrap", spec: { cluster, with: [machine] } }, session, input);
};

/** Words of `--machine name=n5,address=10.0.0.15,roles=worker`; several roles are joined by `+`. */
const machineOf = (text: string): MachineSpec => {
  const fields = new Map(
    text.split(",").map((field): [string, string] => {
      const at = field.indexOf("=");
      return at === -1 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  const roles = fields.get("roles");
  const unknown = [...fields.keys()].find((key) => !["name", "address", "roles"].includes(key));
  const parsed = MachineSpec.safeParse({
    name: fields.get("name"),
    address: fields.get("address"),
    ...(roles === undefined ? {} : { roles: roles.split("+") }),
  });
  if (unknown === undefined && parsed.success) return parsed.data;
  const problem = unknown ?? parsed.error?.issues[0]?.path.join(".") ?? "";
  throw SlipwayError.of("USAGE", { problem: `--machine ${text}: ${problem}` });
};

/** `cluster add`. */
export const add: Action = async (session, input) => {
  const machine = machineOf(optionText(input, "machine") ?? "");
  session.tell(session.say("specAdds"));
  for (const line of stringify({ machines: [machine] })
    .trimEnd()
    .split("\n"))
    session.tell(`  ${line}`);
  return runRequest(
    { workflow: "bootstrap", spec: { cluster: argument(input, 0), with: [machine] } },
    session,
    input,
  );
};

/** `cluster reset`. */
export const reset: Action = async (session, input) => {
  const cluster = argument(input, 0);
  const named = cluster !== "";
  if (named === (optionText(input, "file") !== undefined)) {
    throw SlipwayError.of("USAGE", { problem: session.say("clusterOrFile") });
  }
  const dead = optionText(input, "dead")?.split(",") ?? [];
  const parameters = dead.length === 0 ? {} : { dead };
  if (named) return runConfirmed({ workflow: "reset", spec: { cluster }, parameters }, session, input);
  const confirmed = input.options["plan"] === true || optionText(input, "confirm") !== undefined;
  const code = await runWorkflow("reset", session, confirmed ? input : withPlan(input));
  return confirmed || code !== 0 ? code : errorEntry("DESTRUCTION_NOT_CONFIRMED").exit;
};

/** `cluster spec`. */
export const spec: Action = async (session, input) => {
  const client = await session.engine();
  const { yaml } = await client.clusters.spec({ cluster: argument(input, 0) });
  await session.show({ yaml }, () => yaml.trimEnd().split("\n"));
  return 0;
};
