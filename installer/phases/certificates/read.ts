import * as z from "zod";
import { text } from "../../contract/text.ts";
import { FoundCertificate } from "../../core/cluster/certificate-list.ts";
import { definePhase } from "../../core/phase.ts";
import { machineNames, theMachine } from "../targets.ts";
import { certificatesOn } from "./reading.ts";

/** Reads every certificate on a machine; the journal keeps them, so that what was known last can be shown later. */
export const readMachine = definePhase({
  id: "certificates.read",
  title: text("Read the machine's certificates", "读取机器上的证书"),
  needs: {},
  output: z.object({ certificates: z.array(FoundCertificate) }),
  effect: "reads",
  timeoutMs: 60_000,
  on: machineNames,
  async probe(context) {
    return {
      state: "satisfied",
      output: { certificates: [...(await certificatesOn(context, theMachine(context)))] },
    };
  },
});
