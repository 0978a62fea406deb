import { join } from "node:path";
import type { LastingFault } from "./fault-records.ts";
import { forgetFault, recordedFigure, recordFault } from "./fault-records.ts";
import { inNamespace, type LabFolders, machineDirectory, portName } from "./layout.ts";
import { run } from "./run.ts";

const PORT_SCRIPT = join(import.meta.dirname, "scripts", "port.sh");

/** One machine of one lab, with the folders it lives in. */
export interface MachinePlace {
  readonly folders: LabFolders;
  readonly lab: string;
  readonly machine: string;
}

/** Share of packets lost, or rate kept to, for rules in the bridge's own tables. */
export type LinkRule =
  | { readonly type: "loss"; readonly percent: number }
  | { readonly type: "slow"; readonly kbit: number };

const rulesOf = (machine: string, rule: LinkRule): readonly string[] => {
  const port = portName(machine);
  if (rule.type === "loss") {
    const chance = rule.percent === 100 ? "" : `numgen random mod 100 < ${rule.percent} `;
    const drop = `${chance}counter drop comment "loss ${machine}"`;
    return [
      `add rule bridge faults from iifname "${port}" ${drop}`,
      `add rule bridge faults to oifname "${port}" ${drop}`,
    ];
  }
  // Only what the machine sends: the other way is shaped by a queue on its port, which delays instead of dropping. The
  // kernel's limit (nft_limit.c) lets a second's worth plus the burst through before it begins to count.
  const bytes = Math.max(1, Math.round((rule.kbit * 1000) / 8));
  return [
    `add rule bridge faults from iifname "${port}" limit rate over ${bytes} bytes/second burst 16384 bytes counter drop comment "slow ${machine}"`,
  ];
};

interface ListedRule {
  readonly chain: string;
  readonly handle: number;
  readonly comment?: string;
}

/** Takes the machine's rules of one kind out; none is fine. */
const removeRules = async (place: MachinePlace, type: LinkRule["type"]): Promise<void> => {
  const { stdout } = await run(
    inNamespace(place.lab, ["nft", "-j", "-a", "list", "table", "bridge", "faults"]),
  );
  const listing = JSON.parse(stdout) as { nftables: { rule?: ListedRule }[] };
  const handles = listing.nftables.flatMap(({ rule }) =>
    rule?.comment === `${type} ${place.machine}`
      ? [`delete rule bridge faults ${rule.chain} handle ${rule.handle}`]
      : [],
  );
  if (handles.length > 0)
    await run(inNamespace(place.lab, ["nft", "-f", "-"]), { stdin: handles.join("\n") });
};

/** Puts the machine's rule of this kind in force, in place of an earlier one with another figure. */
const replaceRules = async (place: MachinePlace, rule: LinkRule): Promise<void> => {
  await removeRules(place, rule.type);
  await run(inNamespace(place.lab, ["nft", "-f", "-"]), { stdin: rulesOf(place.machine, rule).join("\n") });
};

/** Brings the machine's port in line with its recorded faults; a machine that is off has none, which is fine. */
export const applyPort = async (place: MachinePlace): Promise<void> => {
  const port = portName(place.machine);
  const there = await run(inNamespace(place.lab, ["ip", "link", "show", "dev", port]), { expect: [0, 1] });
  if (there.code !== 0) return;
  const folder = machineDirectory(place.folders, place.lab, place.machine);
  await run(inNamespace(place.lab, [PORT_SCRIPT, folder, port]));
};

/** Pulls the cable. */
export const cutLink = async (place: MachinePlace): Promise<void> => {
  recordFault(place, "cut");
  await applyPort(place);
};

/** Keeps the link to a rate, each way. */
export const slowLink = async (place: MachinePlace, kbit: number): Promise<void> => {
  recordFault(place, "slow", String(kbit));
  await replaceRules(place, { type: "slow", kbit });
  await applyPort(place);
};

/** Loses packets, each way. */
export const loseOnLink = async (place: MachinePlace, percent: number): Promise<void> => {
  recordFault(place, "loss", String(percent));
  await replaceRules(place, { type: "loss", percent });
};

const LINK_FAULTS: readonly LastingFault[] = ["cut", "slow", "loss"];

/** Puts the recorded rules in force again, in a network that was made anew (after a restart of the host). */
export const restoreLinkRules = async (place: MachinePlace): Promise<void> => {
  const percent = recordedFigure(place, "loss");
  if (percent !== undefined) await replaceRules(place, { type: "loss", percent });
  const kbit = recordedFigure(place, "slow");
  if (kbit !== undefined) await replaceRules(place, { type: "slow", kbit });
};

/** Undoes everything above. */
export const healLink = async (place: MachinePlace): Promise<void> => {
  for (const fault of LINK_FAULTS) forgetFault(place, fault);
  await removeRules(place, "slow");
  await removeRules(place, "loss");
  await applyPort(place);
};
