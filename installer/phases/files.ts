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

/** Content as UTF-8 in base64: what operators write into a spec need not be ASCII. */
const base64 = (content: string): string => {
  const bytes = new TextEncoder().encode(content);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};

const run = async (step: Step, files: readonly SmallFile[], verb: "check" | "write"): Promise<string[]> => {
  const stdin = files
    .map(({ path, content, mode = 0o644 }) => `${mode.toString(8)} ${path} ${base64(content)}\n`)
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

/** Writes what differs, each file in one step for whoever reads it, and returns those paths. */
export const writeFiles = (step: Step, files: readonly SmallFile[]): Promise<string[]> =>
  run(step, files, "write");
