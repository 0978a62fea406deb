import { SlipwayError } from "../../core/contract.ts";
import { readRestoreStage, type RestoreStage, restoreStages } from "../../core/cluster/etcd-restore.ts";
import type { StepContext } from "../../core/phase.ts";
import { theMachine } from "../targets.ts";

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "operation" | "ports" | "signal">;

/** Identifier of the operation; a dry run has none, and no machine has got anywhere for it. */
export const operationOf = ({ operation }: Pick<Step, "operation">): string => operation?.id ?? "dry-run";

/** True when the machine has come at least as far as `stage` in this very operation. */
export const hasReached = async (step: Step, stage: RestoreStage): Promise<boolean> => {
  const { stdout } = await step.ports.remote.script(theMachine(step), readRestoreStage, {
    args: [operationOf(step)],
    signal: step.signal,
  });
  const now = restoreStages.findIndex((known) => known === stdout.trim());
  return now >= restoreStages.indexOf(stage);
};

/** Runs one script of the restore. Rejects with RESTORE_FAILED; `what` is the word for it in the message. */
export const runRestore = async (
  step: Step,
  run: { readonly what: string; readonly script: string; readonly args: readonly string[] },
): Promise<string> => {
  const machine = theMachine(step);
  const { code, stdout, stderr } = await step.ports.remote.script(machine, run.script, {
    args: run.args,
    signal: step.signal,
    expect: Array.from({ length: 128 }, (_, exit) => exit),
  });
  if (code === 0) return stdout;
  throw SlipwayError.of(
    "RESTORE_FAILED",
    { what: run.what, machine: machine.name, problem: stderr.trim().split("\n").at(-1) ?? "" },
    { machine: machine.name, detail: `${stdout}\n${stderr}` },
  );
};
