import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import type { KubeKind, KubeRow } from "../../../installer/contract/kube.ts";
import { formatTime } from "../../state/format.ts";
import type { Column } from "../../ui/data-table.tsx";
import { Status } from "../../ui/status.tsx";

/** What the columns need from the page. */
export interface ColumnParts {
  readonly t: TFunction;
  readonly name: (row: KubeRow) => ReactNode;
  readonly actions: (row: KubeRow) => ReactNode;
}

const shownOf = {
  nodes: ["name", "state", "version", "createdAt", "actions"],
  deployments: ["name", "namespace", "state", "ready", "createdAt", "actions"],
  statefulsets: ["name", "namespace", "state", "ready", "createdAt", "actions"],
  daemonsets: ["name", "namespace", "state", "ready", "createdAt", "actions"],
  pods: ["name", "namespace", "state", "ready", "restarts", "node", "createdAt"],
  events: ["createdAt", "state", "object", "namespace", "message", "count"],
} as const satisfies Readonly<Record<KubeKind, readonly string[]>>;

type Key = (typeof shownOf)[KubeKind][number];

/** The columns of a kind. */
export const columnsOf = (kind: KubeKind, parts: ColumnParts): readonly Column<KubeRow>[] => {
  const all = allColumns(parts);
  return shownOf[kind].map((key) => all[key]);
};

const allColumns = ({ t, name, actions }: ColumnParts): Readonly<Record<Key, Column<KubeRow>>> => ({
  name: { key: "name", title: t("workloads.name"), by: (row) => row.name, render: name },
  namespace: {
    key: "namespace",
    title: t("workloads.namespace"),
    by: (row) => row.namespace,
    render: (row) => row.namespace,
  },
  state: {
    key: "state",
    title: t("workloads.state"),
    by: (row) => row.state,
    render: (row) => <Status tone={row.tone}>{row.state}</Status>,
  },
  ready: {
    key: "ready",
    title: t("workloads.ready"),
    align: "right",
    by: ({ ready = 0 }) => ready,
    render: ({ ready = 0, wanted = 0 }) => `${ready} / ${wanted}`,
  },
  restarts: {
    key: "restarts",
    title: t("workloads.restarts"),
    align: "right",
    by: ({ restarts = 0 }) => restarts,
    render: ({ restarts = 0 }) => restarts,
  },
  node: {
    key: "node",
    title: t("workloads.node"),
    by: ({ node = "" }) => node,
    render: ({ node = "–" }) => node,
  },
  version: {
    key: "version",
    title: t("workloads.version"),
    by: ({ version = "" }) => version,
    render: ({ version = "–" }) => version,
  },
  createdAt: {
    key: "createdAt",
    title: t("workloads.since"),
    narrow: true,
    by: (row) => row.createdAt,
    render: (row) => formatTime(row.createdAt),
  },
  object: { key: "object", title: t("workloads.about"), render: ({ object = "" }) => <code>{object}</code> },
  message: { key: "message", title: t("workloads.message"), render: ({ message = "" }) => message },
  count: {
    key: "count",
    title: t("workloads.count"),
    align: "right",
    by: ({ count = 1 }) => count,
    render: ({ count = 1 }) => count,
  },
  actions: { key: "actions", title: t("workloads.actions"), narrow: true, render: actions },
});
