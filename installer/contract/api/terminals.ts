import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { PodSummary, Recording, Terminal, TerminalId, TerminalSize } from "../terminal.ts";
import { administer, ClusterReference, Done, enter, NoInput, operate, signedIn, view } from "./base.ts";

const Opening = ClusterReference.extend({
  ...TerminalSize.shape,
  why: z.string().max(1000).default("").describe("Why it is opened; in the audit log and the recording"),
});

/** Name of an object of Kubernetes, where it stands in a path. */
const ObjectName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);

const OneTerminal = z.strictObject({ terminal: TerminalId });
const OneRecording = z.strictObject({ recording: TerminalId });

/** A piece of a recording, as it stands in its file. */
const RecordingPiece = z.object({ text: z.string() });

/**
 * Calls about terminals. What they print and what is typed does not go through calls, but through a WebSocket of each
 * terminal's own (installer/contract/terminal-frames.ts).
 */
export const terminals = {
  openContainer: operate
    .route({ method: "POST", path: "/terminals/container", summary: "Open a shell in a container" })
    .meta({ deadlineMs: 120_000 })
    .input(
      Opening.extend({
        namespace: ObjectName,
        pod: ObjectName,
        container: ObjectName.optional().describe("Default: the pod's first one"),
        debug: z
          .boolean()
          .default(false)
          .describe("Add a container from the debug image, for images without a shell"),
      }),
    )
    .output(Terminal),
  openMachine: enter
    .route({ method: "POST", path: "/terminals/machine", summary: "Open a shell on a machine" })
    .meta({ deadlineMs: 60_000 })
    .input(Opening.extend({ machine: z.string().max(63) }))
    .output(Terminal),
  openKubectl: enter
    .route({ method: "POST", path: "/terminals/kubectl", summary: "Open a shell with kubectl for a cluster" })
    .meta({ deadlineMs: 60_000 })
    .input(Opening)
    .output(Terminal),
  list: signedIn
    .route({
      method: "GET",
      path: "/terminals",
      summary: "Terminals of one's own; for administrators of the site, everybody's",
    })
    .input(NoInput)
    .output(z.array(Terminal)),
  close: signedIn
    .route({ method: "POST", path: "/terminals/{terminal}/close", summary: "End a terminal" })
    .input(OneTerminal)
    .output(Done),
  pods: view
    .route({ method: "GET", path: "/clusters/{cluster}/pods", summary: "Pods and their containers, by name" })
    .input(ClusterReference)
    .output(z.array(PodSummary)),
  recordings: signedIn
    .route({
      method: "GET",
      path: "/recordings",
      summary: "Recordings of one's own terminals; for administrators of the site, everybody's",
    })
    .input(NoInput)
    .output(z.array(Recording)),
  replay: signedIn
    .route({ method: "GET", path: "/recordings/{recording}", summary: "A recording, as asciicast v2" })
    .meta({ deadlineMs: "none" })
    .input(OneRecording)
    .output(eventIterator(RecordingPiece)),
  removeRecording: administer
    .route({ method: "DELETE", path: "/recordings/{recording}", summary: "Remove a recording" })
    .input(OneRecording)
    .output(Done),
};
