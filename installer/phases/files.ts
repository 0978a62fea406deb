import { writeSmallFiles } from "../core/content/scripts.ts";
import type { StepContext } from "../core/phase.ts";
import { theMachine } from "./targets.ts";

/** A small file of ours on a machine. */
export interface SmallFile {
  readonly path: string;
  readonly content: string;
  /** Default 0o644. */
  readonly mode?: number;
}

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "ports" | "signal">;

const run = async (step: Step, files: readonly SmallFile[], verb: "check" | "write"): Promise<string[]> => {
  const stdin = files
    .map(({ path, content, mode = 0o644 }) => `${mode.toString(8)} ${path} ${btoa(content)}\n`)
    .join("");
  const { stdout } = await step.ports.remote.script(theMachine(step), writeSmallFiles, {
    args: [verb],
    stdin,
    signal: step.signal,
  });
  return stdout
    .split("\n")
    .flatMap((line) => (line.startsWith("changed ") ? [line.slice("changed ".length)] : []));
};

/** Paths of the files that are missing or different on the machine, in one round trip. */
export const differingFiles = (step: Step, files: readonly SmallFile[]): Promise<string[]> =>
  run(step, files, "check");

/** Writes what differs, each file in one step for whoever reads it, and returns those paths. Content must be ASCII. */
export const writeFiles = (step: Step, files: readonly SmallFile[]): Promise<string[]> =>
  run(step, files, "write");
