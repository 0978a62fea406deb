import type { KubeChange, KubeKind, KubeRow } from "../../installer/contract/kube.ts";

/** All kinds, in the order in which they are offered. */
export const kinds: readonly KubeKind[] = [
  "nodes",
  "deployments",
  "statefulsets",
  "daemonsets",
  "pods",
  "events",
];

/** The kind that an address names; pods for anything else. */
export const kindOf = (word: string): KubeKind => kinds.find((kind) => kind === word) ?? "pods";

/** Rows of a list by their identity. */
export type KubeRows = ReadonlyMap<string, KubeRow>;

/** A list after some changes. The one before stays as it was; without changes it is given back. */
export const changed = (before: KubeRows, changes: readonly KubeChange[]): KubeRows => {
  if (changes.length === 0) return before;
  let rows = new Map(before);
  for (const change of changes) {
    if (change.kind === "all") rows = new Map(change.rows.map((row) => [row.id, row]));
    else if (change.kind === "set") rows.set(change.row.id, change.row);
    else rows.delete(change.id);
  }
  return rows;
};

/** The rows that hold every word somewhere, in any case; `namespace` empty for all. */
export const matching = (
  rows: Iterable<KubeRow>,
  { words, namespace }: { readonly words: string; readonly namespace: string },
): readonly KubeRow[] => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return [...rows].filter((row) => {
    if (namespace !== "" && row.namespace !== namespace) return false;
    const text = [row.namespace, row.name, row.state, row.node, row.object, row.message]
      .join(" ")
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
};
