import type { PodSummary, TerminalTarget } from "../../../installer/contract/terminal.ts";

/** A terminal as somebody is choosing it. */
export interface Draft {
  readonly kind: TerminalTarget["kind"];
  readonly cluster: string;
  readonly machine: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly debug: boolean;
  readonly why: string;
}

const kinds: readonly string[] = ["container", "machine", "kubectl"];

/** What a link filled in, and the rest empty. */
export const draftOf = (search: Readonly<Record<string, unknown>>, clusters: readonly string[]): Draft => {
  const text = (key: string): string => {
    const value = search[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const kind = text("kind");
  return {
    kind: kinds.includes(kind) ? (kind as Draft["kind"]) : "container",
    cluster: clusters.includes(text("cluster")) ? text("cluster") : (clusters[0] ?? ""),
    machine: text("machine"),
    namespace: text("namespace"),
    pod: text("pod"),
    container: text("container"),
    debug: text("debug") === "yes",
    why: text("why"),
  };
};

/** Where it leads, once enough is chosen. */
export const targetOf = (draft: Draft): TerminalTarget | undefined => {
  const { cluster, machine, namespace, pod, container, debug } = draft;
  switch (draft.kind) {
    case "kubectl":
      return { kind: "kubectl", cluster };
    case "machine":
      return machine === "" ? undefined : { kind: "machine", cluster, machine };
    case "container":
      return pod === "" || container === ""
        ? undefined
        : { kind: "container", cluster, namespace, pod, container, debug };
  }
};

/** A container in one word. */
export const keyOf = ({
  namespace,
  pod,
  container,
}: Pick<Draft, "namespace" | "pod" | "container">): string => `${namespace}/${pod}/${container}`;

/** Containers to choose from: those that run first, and those that need no administrator before the others. */
export const containerOptions = (
  pods: readonly PodSummary[],
): readonly { readonly key: string; readonly isRunning: boolean; readonly isGuarded: boolean }[] =>
  pods
    .flatMap(({ namespace, pod, guarded, containers }) =>
      containers.map(({ name, running }) => ({
        key: keyOf({ namespace, pod, container: name }),
        isRunning: running,
        isGuarded: guarded,
      })),
    )
    .toSorted(
      (one, other) =>
        Number(other.isRunning) - Number(one.isRunning) ||
        Number(one.isGuarded) - Number(other.isGuarded) ||
        one.key.localeCompare(other.key),
    );
