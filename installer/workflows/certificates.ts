import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { readMachine } from "../phases/certificates/read.ts";
import { readSite } from "../phases/certificates/site.ts";

/** Reads every certificate of a cluster and of its site, and when each one ends. */
export const certificates: Workflow = {
  id: "certificates",
  title: text("List certificates", "列出证书"),
  phases: [readSite, readMachine],
};
