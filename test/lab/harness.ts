import { homedir } from "node:os";
import { join } from "node:path";
import { createLab } from "../../installer/adapters/lab/lab.ts";
import { enterLabNamespace } from "../../installer/adapters/lab/namespace.ts";
import type { LabStatus } from "../../installer/contract/lab.ts";
import type { Lab, LabOptions } from "../../installer/core/ports/lab.ts";
import { ClusterSpec } from "../../installer/contract/spec/cluster.ts";
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** Where test labs live, and the base systems that all of them share. */
export const labFolders = {
  cache: process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway"),
  home: process.env["SLIPWAY_LAB_HOME"] ?? "/var/lib/slipway/lab",
};

/** A lab that is up, with the test's own thread inside its network. */
export interface TestLab {
  readonly name: string;
  readonly lab: Lab;
  readonly status: LabStatus;
  /** The lab's own spec, parsed: machines with addresses, roles and the ssh key as `file:` reference. */
  readonly spec: ClusterSpec;
  readonly privateKeyFile: string;
  /** Password of the user `clerk`, who may use sudo with it; `operator` may without. */
  readonly clerkPassword: string;
  /** Leaves the network and takes the lab down. Call it in afterAll, whatever happened. */
  close(): Promise<void>;
}

export interface TestLabRequest {
  /** First part of the lab's name; the process number makes it this run's own. */
  readonly name: string;
  readonly machines: number;
  readonly vms?: number;
  readonly onProgress?: LabOptions["onProgress"];
}

/** Moves the calling thread into the network of a lab that is up already; closing leaves it as it is. Needs root. */
export const attachTestLab = async (name: string): Promise<TestLab> => {
  const lab = createLab(labFolders);
  return entered(lab, { name, status: await lab.status(name) }, async () => {});
};

const entered = (
  lab: Lab,
  { name, status }: { name: string; status: LabStatus },
  end: () => Promise<void>,
): TestLab => {
  const spec = ClusterSpec.parse(parse(readFileSync(lab.clusterFile(name), "utf8")));
  const leave = enterLabNamespace(name);
  return {
    name,
    lab,
    status,
    spec,
    privateKeyFile: join(status.directory, "id_ed25519"),
    clerkPassword: readFileSync(join(status.directory, "clerk.password"), "utf8").trim(),
    async close() {
      leave();
      await end();
    },
  };
};

/** Takes down labs of test runs that were killed before they could do it: their process number is in the name. */
const removeAbandoned = async (lab: Lab): Promise<void> => {
  for (const name of await lab.list()) {
    const pid = /^test-.*-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await lab.down(name);
  }
};

/**
 * Brings a lab up for one test file and moves the calling thread into its network: from then on sockets and child
 * processes of the test reach the machines by address (name look-ups do not work there). Needs root.
 */
export const openTestLab = async (request: TestLabRequest): Promise<TestLab> => {
  const lab = createLab(labFolders);
  await removeAbandoned(lab);
  const name = `test-${request.name}-${process.pid}`;
  const options = request.onProgress === undefined ? {} : { onProgress: request.onProgress };
  try {
    const status = await lab.up(
      { name, machines: request.machines, vms: request.vms ?? 0, subnet: "10.99.0.0/24" },
      options,
    );
    return entered(lab, { name, status }, () => lab.down(name));
  } catch (error) {
    await lab.down(name);
    throw error;
  }
};
