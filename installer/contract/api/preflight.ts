import * as z from "zod";
import { CheckInfo } from "../preflight.ts";
import { NoInput, signedIn } from "./base.ts";

/** Calls about the catalogue of preflight checks. */
export const preflight = {
  checks: signedIn
    .route({ method: "GET", path: "/preflight/checks", summary: "All checks there are" })
    .input(NoInput)
    .output(z.array(CheckInfo)),
};
