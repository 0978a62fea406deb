import { access, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import { optionText, type Action, type Input } from "../command.ts";
import type { EngineClient } from "../link/client.ts";
import { SCHEMA_FILE, specText, type SpecParts } from "../spec-template.ts";
import { wholeNumber } from "./operation.ts";
import { problemLines } from "./spec-file.ts";

type Machine = SpecParts["machines"][number];

/** Control planes of a cluster that has an endpoint of its own: what survives the loss of one. */
const HIGHLY_AVAILABLE = 3;

const listed = (input: Input, option: string): readonly string[] =>
  (optionText(input, option) ?? "").split(/[\s,]+/).filter((word) => word !== "");

/** Machines that earlier checks looked at and that serve in no cluster yet, each address once. */
const knownMachines = async (client: EngineClient): Promise<readonly Machine[]> => {
  const free = (await client.machines.list()).filter(({ facts }) => facts?.slipway?.member !== true);
  return [...new Map(free.map(({ name, address }) => [address, { name, address }])).values()];
};

const chosenMachines = async (client: EngineClient, input: Input): Promise<readonly Machine[]> => {
  const addresses = listed(input, "machine");
  const machines =
    addresses.length > 0 ? addresses.map((address) => ({ address })) : await knownMachines(client);
  if (machines.length > 0) return machines;
  throw SlipwayError.of("USAGE", { problem: "--machine 10.0.0.11,10.0.0.12 (no machine is known yet)" });
};

/** The newest bundle of the store; its version is that of the Kubernetes in it. */
const newestBundle = async (client: EngineClient): Promise<SpecParts["bundle"]> => {
  const newest = (await client.bundles.list()).at(-1);
  if (newest === undefined) return undefined;
  const { version } = newest;
  return { reference: version, kubernetes: /^\d+\.\d+\.\d+$/.test(version) ? `v${version}` : undefined };
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Writes a file that must not be there yet. Rejects with SPEC_EXISTS. */
const writeNew = async (file: string, content: string): Promise<void> => {
  try {
    await writeFile(file, content, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw SlipwayError.of("SPEC_EXISTS", { file });
    }
    const problem = error instanceof Error ? error.message : String(error);
    throw SlipwayError.of("SPEC_UNWRITABLE", { file, problem }, { cause: error });
  }
};

/** `cluster init`: writes a commented spec from what the site knows. It validates, or it is not written. */
export const init: Action = async (session, input) => {
  const name = optionText(input, "name") ?? "cluster";
  const file = optionText(input, "file") ?? `${name}.yaml`;
  if (file !== "-" && (await exists(file))) throw SlipwayError.of("SPEC_EXISTS", { file });
  const client = await session.engine();
  const machines = await chosenMachines(client, input);
  const virtualIp = optionText(input, "virtualIp");
  const loadBalancer = optionText(input, "loadBalancer");
  const hasEndpoint = virtualIp !== undefined || loadBalancer !== undefined;
  const usual = hasEndpoint && machines.length >= HIGHLY_AVAILABLE ? HIGHLY_AVAILABLE : 1;
  const controlPlanes = wholeNumber(input, "controlPlanes") ?? usual;
  const parts: SpecParts = {
    name,
    machines,
    controlPlanes,
    virtualIp,
    loadBalancer,
    user: optionText(input, "user") ?? "root",
    privateKey: optionText(input, "key"),
    bundle: await newestBundle(client),
  };
  const content = specText(parts, { file: file === "-" ? `${name}.yaml` : file, language: session.language });
  const verdict = await client.specs.validate({ file, text: content });
  if (!verdict.valid) {
    for (const line of problemLines(file, verdict.problems, session)) session.note(line);
    throw SlipwayError.of("SPEC_INVALID", { file, count: verdict.problems.length });
  }
  if (file === "-") {
    session.environment.stdout.write(content);
    return 0;
  }
  await writeNew(file, content);
  const schema = join(dirname(file), SCHEMA_FILE);
  if (!(await exists(schema))) {
    await writeNew(schema, `${JSON.stringify(await client.specs.schema(), undefined, 2)}\n`);
  }
  await session.show({ file, schema, machines: machines.length, controlPlanes }, () => [
    session.say("specWritten", {
      file,
      machines: machines.length,
      controlPlanes,
      command: session.command(`cluster plan -f ${file}`),
    }),
  ]);
  return 0;
};
