import type { TerminalTarget } from "../../../installer/contract/terminal.ts";

/** What a tab is called: names of things, the same in every language. */
export const nameOf = (target: TerminalTarget): string => {
  switch (target.kind) {
    case "container":
      return `${target.pod}/${target.container}`;
    case "machine":
      return target.machine;
    case "kubectl":
      return `kubectl ${target.cluster}`;
  }
};

/** The whole way to it. */
export const pathOf = (target: TerminalTarget): string => {
  switch (target.kind) {
    case "container":
      return `${target.cluster} / ${target.namespace} / ${target.pod} / ${target.container}`;
    case "machine":
      return `${target.cluster} / ${target.machine}`;
    case "kubectl":
      return target.cluster;
  }
};
