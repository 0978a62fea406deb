import type { MachineBoot, NetbootStatus } from "../../contract/api/netboot.ts";
import { optionText, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import type { Session } from "../session.ts";

/** Words of an option that takes several, by comma. */
const listed = (value: string | undefined): string[] =>
  (value ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** `netboot start`. */
export const start: Action = async (session, input) => {
  const client = await session.engine();
  const router = optionText(input, "router");
  const name = optionText(input, "interface");
  const status = await client.netboot.start({
    settings: {
      ...(name === undefined ? {} : { interface: name }),
      mode: input.options["proxy"] === true ? "proxy" : "full",
      ranges: listed(optionText(input, "range")),
      nameServers: listed(optionText(input, "dns")),
      ...(router === undefined ? {} : { router }),
    },
    discovery: input.options["discovery"] === true,
  });
  await session.show(status, () => statusLines(status, session));
  return 0;
};

/** `netboot stop`. */
export const stop: Action = async (session) => {
  const client = await session.engine();
  await client.netboot.stop();
  const left = await client.netboot.status();
  await session.show(left, () => statusLines(left, session));
  return 0;
};

/** `netboot status`. */
export const status: Action = async (session) => {
  const client = await session.engine();
  const found = await client.netboot.status();
  await session.show(found, () => statusLines(found, session));
  return found.running ? 0 : 1;
};

const statusLines = (found: NetbootStatus, session: Session): string[] => {
  if (!found.running) return [session.say("netbootOff")];
  const { interface: name = "", address = "", mode = "", since = 0, leases } = found;
  const head = [
    session.say("colAddress"),
    session.say("colMac"),
    session.say("colState"),
    session.say("colEnds"),
  ];
  return [
    session.say("netbootOn", { interface: name, address, mode, since: timeText(since) }),
    ...(found.discovery ? [session.say("netbootDiscovery")] : []),
    ...found.waiting.map(({ cluster, machine, mac = "-" }) =>
      session.say("netbootWaits", { cluster, machine, mac }),
    ),
    ...found.otherServers.map((other) =>
      session.paint.warn(session.say("netbootOther", { address: other.address, mac: other.mac })),
    ),
    ...(leases.length === 0
      ? []
      : tableLines(
          head,
          leases.map((lease) => [lease.address, lease.mac, lease.state, timeText(lease.until)]),
        )),
  ];
};

/** `netboot timeline`. */
export const timeline: Action = async (session, input) => {
  const client = await session.engine();
  const [mac] = input.args;
  const boots = await client.netboot.timeline(mac === undefined ? {} : { mac });
  await session.show(boots, () =>
    boots.length === 0 ? [session.say("nothing")] : boots.flatMap((boot) => bootLines(boot, session)),
  );
  return 0;
};

const bootLines = ({ mac, hops, finding }: MachineBoot, session: Session): string[] => {
  const head = (["colHop", "colClient", "colAbout", "colBytes", "colMs", "colState"] as const).map((name) =>
    session.say(name),
  );
  const first = hops[0]?.at ?? 0;
  const rows = hops.map(({ hop, at, client, about, bytes, ms, outcome }) => [
    `${((at - first) / 1000).toFixed(1)} s ${hop}`,
    client,
    about,
    bytes === 0 ? "" : String(bytes),
    ms === 0 ? "" : String(ms),
    outcome,
  ]);
  return [
    session.paint.strong(`${mac}  ${first === 0 ? "" : timeText(first)}`),
    ...tableLines(head, rows),
    ...(finding === undefined
      ? []
      : [
          session.paint.bad(
            session.say("bootStopped", { hop: finding.hop, title: finding.title[session.language] }),
          ),
          finding.advice[session.language],
        ]),
  ];
};
