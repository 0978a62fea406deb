import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { LabFault, LabName, LabPower, LabProgress, LabStatus, LabUpRequest } from "../lab.ts";
import { Done, local, NoInput, view } from "./base.ts";

const Named = z.strictObject({ name: LabName });
const OneMachine = Named.extend({ machine: z.string().max(63) });

/** What the lab is doing, then how it stands once it is done. */
export const LabUpItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("progress"), progress: LabProgress }),
  z.object({ kind: z.literal("ready"), status: LabStatus }),
]);
export type LabUpItem = Readonly<z.output<typeof LabUpItem>>;

export const lab = {
  up: local
    .route({ method: "POST", path: "/labs/up", summary: "Make machines to rehearse with" })
    .meta({ deadlineMs: "none" })
    .input(LabUpRequest)
    .output(eventIterator(LabUpItem)),
  list: view
    .route({ method: "GET", path: "/labs", summary: "Names of the labs of this computer" })
    .input(NoInput)
    .output(z.array(LabName)),
  status: view
    .route({ method: "GET", path: "/labs/{name}", summary: "The machines of a lab" })
    .input(Named)
    .output(LabStatus),
  fault: local
    .route({ method: "POST", path: "/labs/{name}/fault", summary: "Break a machine, or mend it" })
    .meta({ deadlineMs: 120_000 })
    .input(OneMachine.extend({ fault: LabFault }))
    .output(Done),
  power: local
    .route({
      method: "POST",
      path: "/labs/{name}/power",
      summary: "Switch a machine on or off, or cut its power",
    })
    .meta({ deadlineMs: 300_000 })
    .input(OneMachine.extend({ power: LabPower }))
    .output(Done),
  down: local
    .route({ method: "DELETE", path: "/labs/{name}", summary: "Remove a lab without a trace" })
    .meta({ deadlineMs: 300_000 })
    .input(Named)
    .output(Done),
  sshCommand: local
    .route({ method: "POST", path: "/labs/{name}/ssh", summary: "Command line that logs in to a machine" })
    .input(
      OneMachine.extend({
        command: z.array(z.string()).optional().describe("Run this instead of a shell"),
      }),
    )
    .output(z.object({ argv: z.array(z.string()) })),
};
