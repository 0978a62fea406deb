import { bytesText, durationText } from "../output/time.ts";
import { clipped } from "../output/width.ts";

/** One sighting of a long piece of work. */
export interface Sighting {
  /** Milliseconds on any clock that only goes forward. */
  readonly at: number;
  readonly done: number;
}

/** The rate is that of the last seconds: what is fast at the start and slow later must not promise too much. */
const WINDOW_MS = 8_000;
/** Below this the rate says nothing yet. */
const LEAST_MS = 400;

/** Sightings that still count once a new one has come. Pure. */
export const withSighting = (earlier: readonly Sighting[], fresh: Sighting): readonly Sighting[] => {
  const kept = earlier.filter(({ at, done }) => fresh.at - at <= WINDOW_MS && done <= fresh.done);
  return [...kept, fresh];
};

/** Units per second, or undefined while too little was seen. Pure. */
export const rateOf = (sightings: readonly Sighting[]): number | undefined => {
  const [first, last] = [sightings[0], sightings.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
};

/** What a line about a piece of work is made of. */
export interface TransferView {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "items";
  readonly rate: number | undefined;
  readonly item: string;
  /** Words for `time` being left. */
  readonly left: (time: string) => string;
}

const BAR = 20;

/** `importing  [=====     ]  45%  120.0 MiB/266.7 MiB  85.0 MiB/s  2s left  kube-apiserver`, cut to the width. Pure. */
export const transferLine = (view: TransferView, width: number): string => {
  const share = shareOf(view);
  const bar = `[${"=".repeat(Math.round(share * BAR)).padEnd(BAR)}]`;
  return clipped(
    [view.title, bar, ...figures(view), view.item].filter((part) => part !== "").join("  "),
    width,
  );
};

/** The same for a log: no bar. Pure. */
export const transferText = (view: TransferView): string =>
  [view.title, ...figures(view), view.item].filter((part) => part !== "").join("  ");

const shareOf = ({ done, total }: TransferView): number => (total <= 0 ? 1 : Math.min(1, done / total));

const figures = (view: TransferView): readonly string[] => {
  const { done, total, unit, rate, left } = view;
  const amount = unit === "bytes" ? `${bytesText(done)}/${bytesText(total)}` : `${done}/${total}`;
  const known = rate !== undefined && rate > 0;
  return [
    `${Math.floor(shareOf(view) * 100)}%`.padStart(4),
    amount,
    ...(known && unit === "bytes" ? [`${bytesText(rate)}/s`] : []),
    ...(known && done < total ? [left(durationText(((total - done) / rate) * 1000))] : []),
  ];
};
