import * as z from "zod";
import { ClusterSpec } from "../spec/cluster.ts";
import { SpecProblem } from "../spec/problem.ts";
import { NoInput, signedIn, SpecSource } from "./base.ts";

/** Either the spec with every default filled in and what is unwise in it, or everything that is wrong with it. */
export const SpecVerdict = z.discriminatedUnion("valid", [
  z.object({ valid: z.literal(true), cluster: ClusterSpec, warnings: z.array(SpecProblem) }),
  z.object({ valid: z.literal(false), problems: z.array(SpecProblem) }),
]);
export type SpecVerdict = Readonly<z.output<typeof SpecVerdict>>;

/** Calls that judge a spec without starting anything. */
export const specs = {
  validate: signedIn
    .route({ method: "POST", path: "/specs/validate", summary: "Check a spec; nothing is started" })
    .input(SpecSource)
    .output(SpecVerdict),
  schema: signedIn
    .route({ method: "GET", path: "/specs/schema", summary: "JSON schema of a cluster spec" })
    .input(NoInput)
    .output(z.record(z.string(), z.unknown())),
};
