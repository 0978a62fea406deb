import type { TimeFacts } from "../../contract/facts.ts";
import { numberOf, textOf } from "./numbers.ts";
import { lines, valueMap, type Sections } from "./sections.ts";

/** How far a machine's clock is from the appliance's. */
export interface ClockOffset {
  /** Machine minus appliance. */
  readonly offsetMs: number;
  /** The true offset lies within this distance of `offsetMs`. */
  readonly uncertaintyMs: number;
}

/** When a collector was sent and when all of its answer had arrived, in milliseconds by the appliance's clock. */
export interface RoundTrip {
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** `date +%s%N`; a date without %N leaves the letter, and the time is then only good to the second. */
const stamp = (body: string | undefined): { ms: number; resolutionMs: number } | undefined => {
  const match = /^(\d{10})(\d{9})?/.exec(body ?? "");
  if (match === null) return undefined;
  const seconds = Number(match[1]) * 1000;
  return match[2] === undefined
    ? { ms: seconds + 500, resolutionMs: 500 }
    : { ms: seconds + Number(match[2]) / 1e6, resolutionMs: 1 };
};

/**
 * Offset by the on-wire protocol of NTP (RFC 5905, section 8): the appliance's two times around the machine's two. What
 * is left after the time the machine itself took is travel, and half of it is the most the estimate can be wrong by.
 */
export const clockOffset = (sections: Sections, trip: RoundTrip): ClockOffset | undefined => {
  const start = stamp(sections.get("clock.start")?.body);
  const end = stamp(sections.get("clock.end")?.body);
  if (start === undefined || end === undefined) return undefined;
  const travel = Math.max(0, trip.receivedAt - trip.sentAt - (end.ms - start.ms));
  return {
    offsetMs: round((start.ms - trip.sentAt + (end.ms - trip.receivedAt)) / 2),
    uncertaintyMs: round(travel / 2 + start.resolutionMs),
  };
};

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** The more precise of two measurements. */
export const betterOffset = (
  left: ClockOffset | undefined,
  right: ClockOffset | undefined,
): ClockOffset | undefined => {
  if (left === undefined || right === undefined) return left ?? right;
  return right.uncertaintyMs < left.uncertaintyMs ? right : left;
};

/** Everything about the machine's time. Fields of `chronyc -c tracking` are those of its manual, in order. */
export const timeOf = (sections: Sections, offset: ClockOffset | undefined): TimeFacts => {
  const answered = (name: string): string | undefined => {
    const section = sections.get(name);
    return section?.status === "0" ? section.body : undefined;
  };
  const properties = new Map(
    lines(answered("timedatectl")).map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
  );
  const tracking = answered("chrony")?.trim().split(",");
  const leap = tracking?.[13];
  const zoneLink = valueMap(sections.get("zone")?.body).get("/etc/localtime");
  const keeper = lines(sections.get("timekeepers")?.body)[0];
  const kernelWord = properties.get("NTPSynchronized");
  return {
    offsetMs: offset?.offsetMs ?? null,
    uncertaintyMs: offset?.uncertaintyMs ?? null,
    synchronised: leap !== undefined ? leap !== "Not synchronised" : yesNo(kernelWord),
    service: keeper === undefined ? null : (services[keeper] ?? keeper),
    source: textOf(tracking?.[1]),
    sourceOffsetMs: scaled(tracking?.[4]),
    timeZone: textOf(properties.get("Timezone")) ?? textOf(zoneLink?.replace(/^.*zoneinfo\//, "")),
  };
};

const services: Readonly<Record<string, string>> = {
  chronyd: "chrony",
  "systemd-timesyn": "systemd-timesyncd",
};

const yesNo = (value: string | undefined): boolean | null =>
  value === "yes" ? true : value === "no" ? false : null;

const scaled = (seconds: string | undefined): number | null => {
  const value = numberOf(seconds);
  return value === undefined ? null : round(value * 1000);
};
