import type { Operation } from "../installer/contract/api/operations.ts";
import type { Language, Localized } from "../installer/contract/text.ts";
import { say } from "./words.ts";

/** What tray and notifications tell of an operation. */
export type Told = Pick<Operation, "id" | "workflow" | "cluster" | "status">;

/** A notification. A click on it opens `page`. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly page: string;
}

/** How sentences about operations are worded. */
export interface Wording {
  readonly language: Language;
  /** Names of workflows; one that is missing is called by its identifier. */
  readonly workflows: ReadonlyMap<string, Localized>;
}

type Status = Operation["status"];

const isRunning = (status: Status): boolean => status === "running" || status === "cancelling";
const waits = (status: Status): boolean => status === "failed" || status === "paused";

/** What has happened between two looks that an operator would want to be called for. A first look tells nothing. */
export const noticesBetween = (
  before: readonly Told[] | undefined,
  now: readonly Told[],
  wording: Wording,
): readonly Notice[] => {
  if (before === undefined) return [];
  const known = new Map(before.map(({ id, status }) => [id, status]));
  return now.flatMap((operation) => {
    const { id, status } = operation;
    // One that is not known yet began since the last look, and may be over by now.
    return status === (known.get(id) ?? "running") ? [] : noticeOf(operation, wording);
  });
};

const noticeOf = (
  { id, workflow, cluster, status }: Told,
  { language, workflows }: Wording,
): readonly Notice[] => {
  const what = workflows.get(workflow)?.[language] ?? workflow;
  const page = `/operations/${id}`;
  switch (status) {
    case "succeeded":
    case "cancelled":
      return [{ title: say(language, status, { what, cluster }), body: "", page }];
    case "failed":
      return [{ title: say(language, "failed", { what, cluster }), body: say(language, "failedWhy"), page }];
    case "paused":
      return [{ title: say(language, "paused", { what, cluster }), body: say(language, "pausedWhy"), page }];
    case "running":
    case "cancelling":
      return [];
  }
};

/** The tray's words: how many run, and how many of those that were seen running wait for somebody. */
export const trayText = (operations: readonly Told[] | undefined, language: Language): string => {
  if (operations === undefined) return say(language, "noEngine");
  const running = operations.filter(({ status }) => isRunning(status)).length;
  const waiting = operations.filter(({ status }) => waits(status)).length;
  const parts = [
    ...(running === 0
      ? []
      : [running === 1 ? say(language, "oneRuns") : say(language, "someRun", { count: running })]),
    ...(waiting === 0
      ? []
      : [waiting === 1 ? say(language, "oneWaits") : say(language, "someWait", { count: waiting })]),
  ];
  return parts.length === 0 ? say(language, "idle") : parts.join(language === "en" ? ", " : "，");
};

/** True while something runs: then the app stays in the tray when its window is closed, to tell how it ends. */
export const isBusy = (operations: readonly Told[] | undefined): boolean =>
  operations?.some(({ status }) => isRunning(status)) ?? false;
