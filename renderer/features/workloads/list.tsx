import { Link, useParams } from "@tanstack/react-router";
import { Input, Segmented, Select, Skeleton } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { KubeKind, KubeRow } from "../../../installer/contract/kube.ts";
import { useCaller } from "../../engine/caller.tsx";
import { useKubeRows } from "../../engine/kube-feed.ts";
import { Failure } from "../../parts/failure.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { command } from "../../state/commands.ts";
import { kindOf, kinds, matching } from "../../state/kube-list.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { RowActions } from "./actions.tsx";
import { columnsOf } from "./columns.tsx";

/** What runs in a cluster, kept up to date by its API: nodes, workloads, pods, events. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { cluster = "" }: { readonly cluster?: string } = useParams({ strict: false });
  const [chosen, setKind] = useSearchState("kind");
  const [words, setWords] = useSearchState("q");
  const [namespace, setNamespace] = useSearchState("namespace");
  const kind = kindOf(chosen);
  const { rows, error } = useKubeRows(cluster, kind);
  const all = useMemo(() => [...(rows?.values() ?? [])], [rows]);
  const namespaces = useMemo(() => [...new Set(all.map((row) => row.namespace))].toSorted(), [all]);
  const shown = useMemo(() => {
    const found = matching(all, { words, namespace });
    // Events tell a story from its end; the rest is looked up by name.
    return kind === "events" ? found.toSorted((a, b) => b.createdAt - a.createdAt) : found;
  }, [all, words, namespace, kind]);
  return (
    <Page title={t("workloads.title", { cluster })}>
      <div className="section stack">
        <div className="row">
          <Segmented
            aria-label={t("workloads.kind")}
            value={kind}
            onChange={setKind}
            options={kinds.map((value) => ({ value, label: t(`workloads.kinds.${value}`) }))}
          />
          <Input
            className="filter"
            aria-label={t("ui.filter")}
            placeholder={t("ui.filter")}
            allowClear
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          {kind === "nodes" ? null : (
            <Select
              aria-label={t("workloads.namespace")}
              value={namespace}
              onChange={setNamespace}
              popupMatchSelectWidth={false}
              options={[
                { value: "", label: t("workloads.allNamespaces") },
                ...namespaces.map((value) => ({ value, label: value })),
              ]}
            />
          )}
          <span className="muted" role="status">
            {rows === undefined ? "" : t("workloads.shown", { shown: shown.length, all: all.length })}
          </span>
        </div>
        {error === undefined ? null : <Failure error={error} />}
        {rows === undefined ? (
          error === undefined ? (
            <div className="loading" role="status" aria-label={t("ui.loading")}>
              <Skeleton active paragraph={{ rows: 4 }} title={false} />
            </div>
          ) : null
        ) : (
          <Objects key={kind} cluster={cluster} kind={kind} rows={shown} />
        )}
      </div>
      <CliCommand command={command.kubectl(cluster, ["get", kind, "--all-namespaces", "--watch"])} />
    </Page>
  );
};

const Objects = ({
  cluster,
  kind,
  rows,
}: {
  readonly cluster: string;
  readonly kind: KubeKind;
  readonly rows: readonly KubeRow[];
}): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const columns = useMemo(() => {
    const name = (row: KubeRow): ReactNode => (
      <Link
        to="/clusters/$cluster/objects/$kind/$name"
        params={{ cluster, kind, name: row.name }}
        search={row.namespace === "" ? {} : { namespace: row.namespace }}
      >
        {row.name}
      </Link>
    );
    const isAllowed = may(caller, "operator", cluster);
    const actions = (row: KubeRow): ReactNode => (
      <RowActions cluster={cluster} kind={kind} row={row} isAllowed={isAllowed} />
    );
    return columnsOf(kind, { t, name, actions });
  }, [cluster, kind, caller, t]);
  return (
    <DataTable
      label={t(`workloads.kinds.${kind}`)}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("workloads.none")}
      columns={columns}
    />
  );
};
