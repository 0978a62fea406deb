import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Operation, Step } from "../../../installer/contract/api/operations.ts";
import type { OperationEvent } from "../../../installer/contract/operation.ts";
import type { EngineClient } from "../../../installer/cli/link/client.ts";
import { attachTestLab, openTestLab, type TestLab } from "../../lab/harness.ts";
import { startEngine, type EngineProcess } from "../../support/engine-process.ts";

/** A lab with an appliance beside it that has a release; not yet a cluster. */
export interface TestSite {
  readonly lab: TestLab;
  readonly data: string;
  /** The engine of the moment. */
  readonly engine: EngineProcess;
  /** Starts an engine again after it was stopped or killed. */
  restart(env?: Readonly<Record<string, string>>): Promise<EngineProcess>;
  /** Ends the engine, takes the lab down, removes the data. Call it in the end, whatever happened. */
  close(): Promise<void>;
}

/** Writes a line of progress where it does not mix with the result. */
export const tell = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

/** Machines that answer SSH with nothing installed, and an engine whose store holds the newest release. Needs root. */
export const openSite = async (request: {
  readonly name: string;
  readonly machines: number;
  readonly vms?: number;
}): Promise<TestSite> => {
  const data = await mkdtemp(join(tmpdir(), `slipway-${request.name}-`));
  const lab = await openTestLab(request).catch(async (error: unknown) => {
    await rm(data, { recursive: true, force: true });
    throw error;
  });
  let engine: EngineProcess | undefined;
  const close = async (): Promise<void> => {
    await engine?.stop();
    await lab.close();
    await rm(data, { recursive: true, force: true });
  };
  try {
    engine = await startEngine(data);
    for await (const item of await engine.client.bundles.build({ architectures: ["amd64"] })) void item;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    lab,
    data,
    get engine() {
      if (engine === undefined) throw new Error("there is no engine");
      return engine;
    },
    async restart(env = {}) {
      engine = await startEngine(data, env);
      return engine;
    },
    close,
  };
};

/** The lab's own spec as an operator would hand it in. */
export const specOf = async ({ lab }: TestSite): Promise<{ file: string; text: string }> => {
  const file = lab.lab.clusterFile(lab.name);
  return { file, text: await readFile(file, "utf8") };
};

/** An operation that has come to its end. */
export interface Ended {
  readonly operation: Operation;
  readonly steps: readonly Step[];
  readonly seconds: number;
}

/** Follows an operation to its end; ends early when the engine dies. */
export const followed = async (client: EngineClient, { id }: Operation): Promise<void> => {
  try {
    for await (const item of await client.operations.events({ id })) void item;
  } catch {
    // The engine died, which a caller that kills it knows.
  }
};

/** All events of an operation so far. */
export const eventsOf = async (client: EngineClient, id: string): Promise<readonly OperationEvent[]> => {
  const { lastSeq } = await client.operations.get({ id });
  const found: OperationEvent[] = [];
  for await (const item of await client.operations.events({ id })) {
    if (item.kind === "event") found.push(item.event);
    if (item.kind === "event" && item.event.seq >= lastSeq) break;
  }
  return found;
};

/** What a failed operation says of itself. */
export const failuresOf = (steps: readonly Step[]): string =>
  steps
    .filter(({ error }) => error !== undefined)
    .map(({ step, error }) => `${step.phase}@${step.machine}: ${JSON.stringify(error)}`)
    .join("\n");

/** A spec over machines of the lab, made from the lab's own. */
export const specWith = async (
  site: TestSite,
  over: {
    readonly name?: string;
    readonly machines: Readonly<Record<string, "control-plane" | "worker">>;
    readonly endpoint?: Readonly<Record<string, unknown>>;
  },
): Promise<{ file: string; text: string }> => {
  const { file, text } = await specOf(site);
  const own = parse(text) as { machines: readonly { name: string }[] };
  const machines = own.machines
    .filter(({ name }) => name in over.machines)
    .map((machine) => ({ ...machine, roles: [over.machines[machine.name]] }));
  return { file, text: stringify({ ...own, ...over, machines }) };
};

/** Applies a spec, by default the lab's own, and waits. @throws Error with every failure when it does not succeed. */
export const applyCluster = async (site: TestSite, spec?: { file: string; text: string }): Promise<Ended> => {
  const { client } = site.engine;
  const begun = performance.now();
  const started = await client.operations.start({
    workflow: "bootstrap",
    spec: spec ?? (await specOf(site)),
  });
  await followed(client, started);
  const operation = await client.operations.get({ id: started.id });
  const steps = await client.operations.steps({ id: started.id });
  if (operation.status !== "succeeded") {
    throw new Error(`the apply ended as ${operation.status}\n${failuresOf(steps)}`);
  }
  return { operation, steps, seconds: (performance.now() - begun) / 1000 };
};

/** A cluster somebody made before, without an engine, so that suites which only strike it need not make another. */
const attachedCluster = async (name: string): Promise<TestSite> => {
  const lab = await attachTestLab(name);
  const nobody = (): never => {
    throw new Error(`there is no engine beside the lab ${name}`);
  };
  return {
    lab,
    data: lab.status.directory,
    get engine() {
      return nobody();
    },
    restart: () => Promise.reject(new Error(`there is no engine beside the lab ${name}`)),
    close: () => lab.close(),
  };
};

/** A site whose cluster is ready: a new one, or the one of the lab that SLIPWAY_TEST_LAB names. */
export const openCluster = async (request: { name: string; machines: number }): Promise<TestSite> => {
  const standing = process.env["SLIPWAY_TEST_LAB"];
  if (standing !== undefined) return attachedCluster(standing);
  tell(`bringing up ${request.machines} machines`);
  const site = await openSite(request);
  try {
    const { seconds } = await applyCluster(site);
    tell(`cluster ready after ${seconds.toFixed(1)} s`);
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
};

/** Runs a script as root on a machine of the lab and gives what it printed; rejects when it fails. */
export const onMachine = (
  { lab }: Pick<TestSite, "lab">,
  machine: string,
  script: string,
): Promise<string> => {
  const address = lab.spec.machines.find(({ name }) => name === machine)?.address;
  if (address === undefined) throw new Error(`the lab has no machine ${machine}`);
  return new Promise((resolve, reject) => {
    const child = execFile(
      "ssh",
      [
        ...["-i", lab.privateKeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
        ...[
          "-o",
          "LogLevel=ERROR",
          "-o",
          "ConnectTimeout=5",
          "-o",
          "ServerAliveInterval=3",
          `root@${address}`,
          "sh -s",
        ],
      ],
      { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${machine}: ${stderr}`, { cause: error })),
    );
    child.stdin?.end(script);
  });
};

/** kubectl on a control plane, as administrator, against its own API server. */
export const kubectlOn = (site: Pick<TestSite, "lab">, machine: string, args: string): Promise<string> => {
  const address = site.lab.spec.machines.find(({ name }) => name === machine)?.address;
  return onMachine(
    site,
    machine,
    `kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://${address}:6443 --request-timeout 20s ${args}`,
  );
};

/** Asks again until the answer is yes. Rejects after `seconds`. Gives how long it took, in seconds. */
export const until = async (
  what: string,
  seconds: number,
  holds: () => Promise<boolean>,
): Promise<number> => {
  const begun = performance.now();
  for (;;) {
    if (await holds().catch(() => false)) return (performance.now() - begun) / 1000;
    if (performance.now() - begun > seconds * 1000) throw new Error(`not after ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

/** Whether every node is Ready and every pod runs. */
export const allWell = async (site: Pick<TestSite, "lab">, machine: string): Promise<boolean> => {
  const nodes = await kubectlOn(site, machine, "get nodes --no-headers");
  if (
    !nodes
      .trim()
      .split("\n")
      .every((line) => /^\S+\s+Ready\s/.test(line))
  )
    return false;
  const pods = (await kubectlOn(site, machine, "get pods -A --no-headers")).trim().split("\n");
  return pods.every((line) => {
    const [, , ready = "0/1", state = ""] = line.split(/\s+/);
    const [have, want] = ready.split("/");
    return state === "Completed" || (state === "Running" && have === want);
  });
};
