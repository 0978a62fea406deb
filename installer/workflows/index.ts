import type { Workflow } from "../core/phase.ts";
import { bootstrap } from "./bootstrap.ts";
import { certificates } from "./certificates.ts";
import { renewCertificates } from "./renew-certificates.ts";
import { restore } from "./restore.ts";
import { snapshot } from "./snapshot.ts";
import { snapshots } from "./snapshots.ts";
import { check } from "./check.ts";
import { fence } from "./fence.ts";
import { forget } from "./forget.ts";
import { removeMachine } from "./remove-machine.ts";
import { reset } from "./reset.ts";
import { drain } from "./drain.ts";
import { maintain } from "./maintain.ts";
import { reboot } from "./reboot.ts";
import { returnToService } from "./return.ts";
import { shutdown } from "./shutdown.ts";
import { status } from "./status.ts";

/** Every workflow an operator can start. */
export const workflows: readonly Workflow[] = [
  bootstrap,
  check,
  forget,
  drain,
  fence,
  maintain,
  reboot,
  returnToService,
  shutdown,
  status,
  removeMachine,
  reset,
  certificates,
  renewCertificates,
  restore,
  snapshot,
  snapshots,
];
