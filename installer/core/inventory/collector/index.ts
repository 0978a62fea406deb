import { hardwareSections } from "./hardware.ts";
import { networkSections } from "./network.ts";
import { frame } from "./prelude.ts";
import { systemSections } from "./system.ts";

/** The whole collector: one constant script, one round trip, no argument, changes nothing. */
export const collectorScript = frame(hardwareSections + networkSections + systemSections);

/** Only the clock, for measuring it again when the collector's own round trip was too slow to be precise. */
export const clockScript = frame("");
