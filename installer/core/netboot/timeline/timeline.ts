import type { ClientKind, Platform } from "../dhcp/client.ts";
import type { Mac } from "../mac.ts";
import type { BootEvent, DhcpRefused, FileRole, FileSent } from "./events.ts";

/** The stations of a boot, in their order; a machine that boots a loader passes the first four twice or more. */
export const hops = [
  "discover",
  "offer",
  "request",
  "ack",
  "loader",
  "script",
  "kernel",
  "initrd",
  "installer",
  "installed",
  "first-boot",
  "ssh",
] as const;

/** A station of a boot. */
export type Hop = (typeof hops)[number];

/** One line of a timeline: what was reached, when, how long it took and how it ended. */
export interface HopRecord {
  readonly hop: Hop;
  readonly at: number;
  /** Which program was at work: the firmware's DISCOVER is another thing than iPXE's. */
  readonly client: ClientKind | "";
  /** The address, file or step. */
  readonly about: string;
  /** Bytes sent; 0 where none are. */
  readonly bytes: number;
  readonly ms: number;
  readonly outcome: "running" | "done" | "failed";
}

/** The boot of one machine as it stands. */
export interface BootTimeline {
  readonly mac: Mac;
  /** Times the firmware has begun to boot from the network. */
  readonly boots: number;
  /** Of the current boot only, oldest first, at most {@link MOST_RECORDS}. */
  readonly records: readonly HopRecord[];
  readonly client: ClientKind;
  readonly platform: Platform;
  readonly lastAt: number;
  /** What the machine was refused last, until it gets further. */
  readonly refused: DhcpRefused | undefined;
  /** The transfer that failed last, until one succeeds. */
  readonly failed: FileSent | undefined;
  /** Messages of the current boot that show how a hop repeats. */
  readonly counts: Readonly<Partial<Record<Hop, number>>>;
  /** Network boots since the installer said that it was finished; undefined before that. */
  readonly bootsSinceInstalled: number | undefined;
}

/** A machine that asks for ever must not fill the memory. */
const MOST_RECORDS = 100;

/** Before the first event. */
export const emptyTimeline = (mac: Mac): BootTimeline => ({
  mac,
  boots: 0,
  records: [],
  client: "system",
  platform: "unknown",
  lastAt: 0,
  refused: undefined,
  failed: undefined,
  counts: {},
  bootsSinceInstalled: undefined,
});

/** The newest record of a hop. */
export const lastOf = ({ records }: BootTimeline, hop: Hop): HopRecord | undefined =>
  records.findLast((record) => record.hop === hop);

/** The timeline after one more event. Pure; events of other machines must not be passed. */
export const afterEvent = (timeline: BootTimeline, event: BootEvent): BootTimeline => {
  const next = { ...timeline, lastAt: Math.max(timeline.lastAt, event.at) };
  switch (event.kind) {
    case "dhcp":
      return afterDhcp(next, event);
    case "dhcp-refused":
      return { ...next, refused: event, platform: knownPlatform(next, event.platform) };
    case "file-started":
      return withRecord(next, {
        hop: hopOfRole(event.role),
        at: event.at,
        client: "",
        about: event.path,
        bytes: 0,
        ms: 0,
        outcome: "running",
      });
    case "file":
      return afterFile(next, event);
    case "installer":
      return withRecord(next, {
        hop: "installer",
        at: event.at,
        client: "",
        about: event.detail === "" ? event.step : `${event.step}: ${event.detail}`,
        bytes: 0,
        ms: 0,
        outcome: event.state,
      });
    case "installed":
      return { ...withRecord(next, plain("installed", event.at)), bootsSinceInstalled: 0 };
    case "first-boot":
    case "ssh":
      return { ...withRecord(next, plain(event.kind, event.at)), bootsSinceInstalled: undefined };
  }
};

const plain = (hop: Hop, at: number): HopRecord => ({
  hop,
  at,
  client: "",
  about: "",
  bytes: 0,
  ms: 0,
  outcome: "done",
});

const hopOfRole = (role: FileRole): Hop => {
  switch (role) {
    case "loader":
    case "other":
      return "loader";
    case "script":
      return "script";
    case "kernel":
      return "kernel";
    case "initrd":
      return "initrd";
    case "image":
      return "installer";
  }
};

const knownPlatform = ({ platform }: BootTimeline, seen: Platform): Platform =>
  seen === "unknown" ? platform : seen;

const afterDhcp = (timeline: BootTimeline, event: Extract<BootEvent, { kind: "dhcp" }>): BootTimeline => {
  const { message, client } = event;
  const hop = hopOfMessage(message);
  if (hop === undefined) return timeline;
  const isFirmware = client === "pxe" || client === "http";
  const begins = message === "discover" && isFirmware && hasMovedOn(timeline);
  const base: BootTimeline = begins
    ? {
        ...timeline,
        boots: timeline.boots + 1,
        records: [],
        counts: {},
        refused: undefined,
        failed: undefined,
        bootsSinceInstalled:
          timeline.bootsSinceInstalled === undefined ? undefined : timeline.bootsSinceInstalled + 1,
      }
    : timeline;
  return withRecord(
    {
      ...base,
      client,
      platform: knownPlatform(base, event.platform),
      refused: message === "ack" || message === "offer" ? undefined : base.refused,
    },
    {
      hop,
      at: event.at,
      client,
      about: [event.address, event.file].filter((part) => part !== "").join(" "),
      bytes: 0,
      ms: 0,
      outcome: "done",
    },
  );
};

const hopOfMessage = (message: Extract<BootEvent, { kind: "dhcp" }>["message"]): Hop | undefined => {
  switch (message) {
    case "discover":
    case "offer":
    case "request":
    case "ack":
      return message;
    case "inform":
      return "request";
    case "nak":
    case "decline":
    case "release":
      return undefined;
  }
};

/** Whether firmware's DISCOVER is a new boot and not one more of the same attempt. */
const hasMovedOn = ({ boots, records }: BootTimeline): boolean =>
  boots === 0 || records.some(({ hop }) => hop !== "discover" && hop !== "offer");

const afterFile = (timeline: BootTimeline, event: FileSent): BootTimeline => {
  if (event.outcome === "declined") return timeline;
  const failed = event.outcome !== "done";
  const hop = hopOfRole(event.role);
  const records = timeline.records.filter(
    (record) => !(record.outcome === "running" && record.hop === hop && record.about === event.path),
  );
  return withRecord(
    { ...timeline, records, failed: failed ? event : undefined },
    {
      hop,
      at: event.at,
      client: "",
      about: event.path,
      bytes: event.sent,
      ms: event.ms,
      outcome: failed ? "failed" : "done",
    },
  );
};

const withRecord = (timeline: BootTimeline, record: HopRecord): BootTimeline => ({
  ...timeline,
  records: [...timeline.records.slice(-(MOST_RECORDS - 1)), record],
  counts: { ...timeline.counts, [record.hop]: (timeline.counts[record.hop] ?? 0) + 1 },
});
