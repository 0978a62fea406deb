import type { TerminalTarget } from "../../../installer/contract/terminal.ts";

/** What the page for a new terminal is opened with, from anywhere in the console. */
export const searchOf = (target: TerminalTarget, why: string): Readonly<Record<string, string>> => ({
  kind: target.kind,
  cluster: target.cluster,
  ...(target.kind === "machine" ? { machine: target.machine } : {}),
  ...(target.kind === "container"
    ? { namespace: target.namespace, pod: target.pod, container: target.container }
    : {}),
  ...(target.kind === "container" && target.debug ? { debug: "yes" } : {}),
  ...(why === "" ? {} : { why }),
});
