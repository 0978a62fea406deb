import type { Workflow } from "../core/phase.ts";
import { bootstrap } from "./bootstrap.ts";
import { check } from "./check.ts";
import { forget } from "./forget.ts";

/** Every workflow an operator can start. */
export const workflows: readonly Workflow[] = [bootstrap, check, forget];
