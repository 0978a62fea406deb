import type { Localized } from "../../contract.ts";
import { type BootFault, bootFaults } from "./faults.ts";
import { type BootTimeline, type Hop, type HopRecord, lastOf } from "./timeline.ts";

/** Where a machine stopped and what to do. */
export interface Finding {
  readonly fault: BootFault;
  /** The station it stopped at: the last one it reached, or the one that failed. */
  readonly hop: Hop;
  readonly title: Localized;
  readonly advice: Localized;
}

/** Seconds of silence after which a hop counts as stopped. Firmware pauses up to 32 s between two DISCOVERs. */
export const patience = {
  /** From being expected to the first sign. */
  signal: 120,
  offer: 40,
  ack: 20,
  loader: 30,
  /** Secure Boot checks, and iPXE's own start and DHCP. */
  afterLoader: 60,
  script: 30,
  kernel: 60,
  /** Unpacking an initrd on slow metal, and its DHCP. */
  kernelStart: 180,
  installer: 300,
  firstBoot: 600,
  ssh: 120,
} as const;

/** Network boots of an installed machine that are too many: one may be an operator's own. */
const LOOP_BOOTS = 2;

/** What is known besides the timeline. */
export interface DiagnoseOptions {
  readonly now: number;
  /** When the machine was first waited for, if it is expected at all. */
  readonly expectedSince: number | undefined;
}

/** Names the fault a machine stopped at, or undefined while it is on its way, finished, or not expected. */
export const diagnose = (timeline: BootTimeline, options: DiagnoseOptions): Finding | undefined => {
  const { now, expectedSince } = options;
  const last = timeline.records.at(-1);
  const refused = refusedFault(timeline);
  if (refused !== undefined) return refused;
  if (last === undefined) {
    const waited = expectedSince === undefined ? 0 : now - expectedSince;
    return waited > patience.signal * 1000 ? finding("no-signal", "discover") : undefined;
  }
  if ((timeline.bootsSinceInstalled ?? 0) >= LOOP_BOOTS) return finding("boot-loop", "installed");
  const failed = failedTransfer(timeline);
  if (failed !== undefined) return failed;
  return stopped(timeline, { last, silentSeconds: (now - timeline.lastAt) / 1000 });
};

const finding = (fault: BootFault, hop: Hop, about = ""): Finding => {
  const { title, advice } = bootFaults[fault];
  const fill = (both: Localized): Localized => ({
    en: both.en.replaceAll("{about}", about),
    "zh-CN": both["zh-CN"].replaceAll("{about}", about),
  });
  return { fault, hop, title: fill(title), advice: fill(advice) };
};

const refusedFault = ({ refused }: BootTimeline): Finding | undefined => {
  if (refused === undefined) return undefined;
  const hop: Hop =
    refused.reason === "other-server" || refused.reason === "wrong-address" ? "request" : "discover";
  return finding(refused.reason, hop, refused.about);
};

const failedTransfer = ({ failed }: BootTimeline): Finding | undefined => {
  if (failed === undefined) return undefined;
  const hop: Hop = failed.role === "other" ? "loader" : failed.role === "image" ? "installer" : failed.role;
  switch (failed.outcome) {
    case "missing":
      return finding("file-missing", hop, failed.path);
    case "forbidden":
      return finding("file-forbidden", hop, failed.path);
    case "stalled":
    case "broken":
      return finding(hop === "loader" ? "loader-stalled" : "download-stalled", hop, failed.path);
    case "done":
    case "declined":
      return undefined;
  }
};

interface Stop {
  readonly last: HopRecord;
  readonly silentSeconds: number;
}

const stopped = (timeline: BootTimeline, { last, silentSeconds }: Stop): Finding | undefined => {
  const after = (seconds: number, fault: BootFault): Finding | undefined =>
    silentSeconds > seconds ? finding(fault, last.hop, last.about) : undefined;
  if (last.outcome === "running" && last.hop !== "installer") {
    return after(patience.loader, last.hop === "loader" ? "loader-stalled" : "download-stalled");
  }
  switch (last.hop) {
    case "discover":
    case "offer":
      // Firmware that hears nothing asks again and again: it is not silent, but it does not get on.
      return (timeline.counts.discover ?? 0) >= 4 || silentSeconds > patience.offer
        ? finding("offer-unheard", last.hop, last.about)
        : undefined;
    case "request":
      return after(patience.ack, "ack-missing");
    case "ack":
      return afterAddress(timeline, after);
    case "loader":
      return after(patience.afterLoader, "loader-refused");
    case "script":
      return after(patience.script, "kernel-not-asked");
    case "kernel":
      return after(patience.kernel, "download-stalled");
    case "initrd":
      return after(patience.kernelStart, "kernel-silent");
    case "installer":
      if (last.outcome === "failed") return finding("installer-failed", "installer", last.about);
      return after(patience.installer, "installer-stalled");
    case "installed":
      return after(patience.firstBoot, "first-boot-silent");
    case "first-boot":
      return after(patience.ssh, "ssh-silent");
    case "ssh":
      return undefined;
  }
};

/** An address was given: what should follow depends on who got it. */
const afterAddress = (
  timeline: BootTimeline,
  after: (seconds: number, fault: BootFault) => Finding | undefined,
): Finding | undefined => {
  switch (timeline.client) {
    case "pxe":
    case "http":
      return after(patience.loader, "loader-not-asked");
    case "ipxe":
      return after(patience.script, "script-not-asked");
    case "system":
      if (timeline.bootsSinceInstalled !== undefined) return after(patience.firstBoot, "first-boot-silent");
      // The installer's own address: its first report follows, or nothing at all.
      return lastOf(timeline, "initrd") === undefined
        ? undefined
        : after(patience.kernelStart, "kernel-silent");
  }
};
