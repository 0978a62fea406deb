import type { LabFault } from "../../../installer/contract/lab.ts";
import { onMachine, type TestSite } from "./site.ts";

/** Makes a fault that needs no more than its name, or undoes it. */
export const strike = (
  { lab }: Pick<TestSite, "lab">,
  machine: string,
  type: Exclude<LabFault["type"], "slow" | "loss" | "kill-process" | "clock">,
): Promise<void> => lab.lab.fault(lab.name, machine, { type });

/** Names of the machines that hold the cluster's virtual address now. One that does not answer holds nothing. */
export const holders = async (
  site: Pick<TestSite, "lab">,
  names: readonly string[],
): Promise<readonly string[]> => {
  const address = site.lab.spec.endpoint.virtualIp ?? "";
  const asked = await Promise.all(
    names.map(async (name) => {
      const shown = await onMachine(site, name, "ip -4 -oneline address").catch(() => "");
      return shown.includes(` ${address}/`) ? [name] : [];
    }),
  );
  return asked.flat();
};

/** Names of the machines whose member of etcd says that it leads. */
export const leaders = async (
  site: Pick<TestSite, "lab">,
  names: readonly string[],
): Promise<readonly string[]> => {
  const asked = await Promise.all(
    names.map(async (name) => {
      const metrics = await onMachine(site, name, "curl -sf -m 5 http://127.0.0.1:2381/metrics").catch(
        () => "",
      );
      return /^etcd_server_is_leader 1$/m.test(metrics) ? [name] : [];
    }),
  );
  return asked.flat();
};
