import type { TroubledPod } from "../../contract/cluster-status.ts";

/** What Slipway needs of every pod, a line each, for kubectl's `custom-columns`. */
export const podColumns = `custom-columns=A:.metadata.namespace,B:.metadata.name,C:.spec.nodeName,D:.status.phase,E:.status.conditions[?(@.type=="Ready")].status,F:.metadata.deletionTimestamp,G:.status.containerStatuses[*].state.waiting.reason`;

/** Pods, counted, and those that do not run as they should. */
export interface PodCount {
  readonly total: number;
  readonly running: number;
  readonly troubled: readonly TroubledPod[];
}

const NONE = "<none>";

/** The first reason of a container that waits; kubectl leaves the others empty. */
const waiting = (reasons: string | undefined): string | undefined =>
  (reasons ?? NONE).split(",").find((reason) => reason !== NONE && reason !== "");

/**
 * Counts pods. One that has ended well is no trouble, nor one that is being taken away; one that runs without being ready is.
 */
export const countPods = (output: string): PodCount => {
  const troubled: TroubledPod[] = [];
  let total = 0;
  let running = 0;
  for (const line of output.split("\n")) {
    const [namespace, name, machine, phase = "Unknown", ready, deletion, reasons] = line.trim().split(/\s+/);
    if (namespace === undefined || name === undefined || name === "") continue;
    total += 1;
    const why = waiting(reasons);
    if (phase === "Running" && ready === "True") running += 1;
    else if (phase !== "Succeeded" && deletion === NONE) {
      troubled.push({
        namespace,
        name,
        ...(machine === undefined || machine === NONE ? {} : { machine }),
        state: why ?? (phase === "Running" ? "NotReady" : phase),
      });
    }
  }
  return { total, running, troubled };
};
