import type { DiscoveredMachine } from "../../contract/api/metal.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { MachineSpec, Role } from "../../contract/spec/cluster.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, timeText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { runRequest } from "./cluster.ts";

/** `machine discovered`. */
export const discovered: Action = async (session) => {
  const client = await session.engine();
  const found = await client.metal.discovered();
  await session.show(found, () => discoveredLines(found, session));
  return 0;
};

const discoveredLines = (found: readonly DiscoveredMachine[], session: Session): string[] => {
  if (found.length === 0) return [session.say("nothing")];
  const head = (
    [
      "colMac",
      "colState",
      "colMachine",
      "colAddress",
      "colVendor",
      "colSerial",
      "colFirmware",
      "colMemory",
      "colDisks",
      "colRule",
      "colSeen",
    ] as const
  ).map((name) => session.say(name));
  const rows = found.map(({ mac, state, machine, cluster, address, facts, rule, seenAt }) => [
    mac,
    session.say(`found.${state}`),
    machine === undefined ? "-" : `${machine}@${cluster}`,
    address ?? "-",
    facts === undefined ? "-" : `${facts.vendor} ${facts.product}`,
    facts?.serial ?? "-",
    facts === undefined ? "-" : `${facts.firmware}${facts.secureBoot ? "+sb" : ""}`,
    facts === undefined ? "-" : bytesText(facts.memoryBytes),
    (facts?.disks ?? [])
      .map(({ name, sizeBytes, serial }) => `${name} ${bytesText(sizeBytes)} ${serial}`)
      .join(", "),
    rule === undefined ? "" : `${rule.cluster} ${rule.roles.join(",")}`,
    timeText(seenAt),
  ]);
  const shared = found.flatMap(({ mac, duplicates }) =>
    duplicates.map(({ what, value, others }) =>
      session.paint.warn(session.say("duplicateMark", { mac, what, value, others: others.join(", ") })),
    ),
  );
  return [...tableLines(head, rows), ...shared];
};

const rolesOf = (input: Input): Role[] => {
  const words = (optionText(input, "roles") ?? "worker").split(",");
  const parsed = Role.array().min(1).safeParse(words);
  if (parsed.success) return parsed.data;
  throw SlipwayError.of("USAGE", { problem: `--roles ${words.join(",")}` });
};

/** `machine accept`: the machine joins the cluster's spec, by its hardware address. */
export const accept: Action = async (session, input) => {
  const client = await session.engine();
  const [mac, cluster] = [argument(input, 0).toLowerCase().replaceAll("-", ":"), argument(input, 1)];
  const found = (await client.metal.discovered()).find((one) => one.mac === mac);
  if (found === undefined) throw SlipwayError.of("METAL_NOT_SEEN", { machine: mac });
  const address = optionText(input, "address") ?? found.address;
  if (address === undefined) throw SlipwayError.of("USAGE", { problem: session.say("noAddressKnown") });
  const serial = optionText(input, "disk");
  const machine = MachineSpec.parse({
    name: optionText(input, "name") ?? `node-${address.replaceAll(".", "-")}`,
    address,
    roles: optionText(input, "roles") === undefined ? (found.rule?.roles ?? ["worker"]) : rolesOf(input),
    metal: { mac, ...(serial === undefined ? {} : { disk: { serial } }) },
  });
  return runRequest({ workflow: "bootstrap", spec: { cluster, with: [machine] } }, session, input);
};

/** `machine overwrite`. */
export const overwrite: Action = async (session, input) => {
  const client = await session.engine();
  const [machine, serial] = [argument(input, 0), argument(input, 1)];
  await client.metal.overwrite({ machine, serial });
  await session.show({ machine, serial }, () => [session.say("agreedTo", { machine, serial })]);
  return 0;
};

/** `machine disk-restore`. */
export const restoreDisk: Action = async (session, input) => {
  const client = await session.engine();
  const [machine, serial] = [argument(input, 0), argument(input, 1)];
  const { job } = await client.metal.restore({ machine, serial });
  await session.show({ machine, serial, job }, () => [
    session.say("restorePlanned", { machine, serial, job }),
  ]);
  return 0;
};

/** `machine rules`. */
export const rules: Action = async (session) => {
  const client = await session.engine();
  const found = await client.metal.rules();
  const head = (["colRule", "colCluster", "colRoles", "colMatch"] as const).map((name) => session.say(name));
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          head,
          found.map(({ id, cluster, roles, match }) => [
            id,
            cluster,
            roles.join(","),
            Object.entries(match)
              .map(([key, value]) => `${key}=${value}`)
              .join(" "),
          ]),
        ),
  );
  return 0;
};

/** `machine rule-add`. */
export const addRule: Action = async (session, input) => {
  const client = await session.engine();
  const match = Object.fromEntries(
    ["serial", "mac", "vendor"].flatMap((key) => {
      const value = optionText(input, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  if (Object.keys(match).length === 0) throw SlipwayError.of("USAGE", { problem: session.say("ruleNeeds") });
  const rule = await client.metal.addRule({ match, cluster: argument(input, 0), roles: rolesOf(input) });
  await session.show(rule, () => [rule.id]);
  return 0;
};

/** `machine rule-remove`. */
export const removeRule: Action = async (session, input) => {
  const client = await session.engine();
  await client.metal.removeRule({ id: argument(input, 0) });
  session.tell(session.say("done"));
  return 0;
};
