import { argument, type Action } from "../command.ts";
import { completionScripts, type Shell } from "../completion/scripts.ts";

/** `completion`. */
export const script: Action = async ({ environment }, input) => {
  environment.stdout.write(completionScripts[argument(input, 0) as Shell]);
  return 0;
};
