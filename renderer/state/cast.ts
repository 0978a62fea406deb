import { readEvent, readHead, type CastEvent, type CastHead } from "../../installer/contract/asciicast.ts";

/** A recording as it is played. */
export interface Cast {
  readonly head: CastHead;
  readonly events: readonly CastEvent[];
  /** Its length. */
  readonly seconds: number;
}

/** Reads a recording; a torn last line, as a power cut leaves it, is left out. Undefined for what is none. */
export const readCast = (text: string): Cast | undefined => {
  const [first = "", ...lines] = text.split("\n");
  const head = readHead(first);
  if (head === undefined) return undefined;
  const events = lines.map(readEvent).filter((event) => event !== undefined);
  return { head, events, seconds: events.at(-1)?.[0] ?? 0 };
};

/** Minutes and seconds, as players show them. */
export const clockText = (seconds: number): string => {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const rest = `${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
};
