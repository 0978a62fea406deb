/**
 * The name of a machine that its spec does not name. Made of the whole address, so that it neither changes when the list
 * does nor meets another one's, and tells whoever sees the node where it is.
 */
export const defaultMachineName = (address: string): string => `node-${address.replaceAll(".", "-")}`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const named = (machine: unknown): unknown =>
  isRecord(machine) && machine["name"] === undefined && typeof machine["address"] === "string"
    ? { name: defaultMachineName(machine["address"]), ...machine }
    : machine;

/** The data of a spec with a name for every machine that has an address. Anything of the wrong shape is left as it is. */
export const withMachineNames = (data: unknown): unknown =>
  isRecord(data) && Array.isArray(data["machines"])
    ? { ...data, machines: (data["machines"] as unknown[]).map(named) }
    : data;
