import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Input, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import type { OperationStatus } from "../../../installer/contract/operation.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { OperationState } from "../../parts/words.tsx";
import { command } from "../../state/commands.ts";
import { formatDuration, formatTime } from "../../state/format.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";

const statuses: readonly OperationStatus[] = [
  "running",
  "paused",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
];

/** All operations, newest first. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const titles = useTitles();
  const [status, setStatus] = useSearchState("status");
  const [words, setWords] = useSearchState("q");
  const operations = useQuery(
    query.operations.list.queryOptions({ input: { limit: 1000 }, refetchInterval: REFRESH_MS }),
  );
  const columns: readonly Column<Operation>[] = [
    {
      key: "id",
      title: t("operations.id"),
      narrow: true,
      render: ({ id }) => (
        <Link to="/operations/$id" params={{ id }} className="mono">
          {id}
        </Link>
      ),
    },
    {
      key: "status",
      title: t("operations.state"),
      narrow: true,
      by: ({ status }) => status,
      render: ({ status }) => <OperationState status={status} />,
    },
    {
      key: "workflow",
      title: t("operations.what"),
      by: ({ workflow }) => titles.workflow(workflow),
      render: ({ workflow }) => titles.workflow(workflow),
    },
    {
      key: "cluster",
      title: t("operations.cluster"),
      by: ({ cluster }) => cluster,
      render: ({ cluster }) => cluster,
    },
    {
      key: "machines",
      title: t("operations.machines"),
      align: "right",
      by: ({ machines }) => machines.length,
      render: ({ machines }) => machines.length,
    },
    { key: "by", title: t("operations.by"), by: ({ by }) => by, render: ({ by }) => by },
    {
      key: "created",
      title: t("operations.began"),
      narrow: true,
      by: ({ createdAt }) => createdAt,
      render: ({ createdAt }) => formatTime(createdAt),
    },
    {
      key: "duration",
      title: t("operations.duration"),
      align: "right",
      narrow: true,
      by: lasted,
      render: (operation) => formatDuration(lasted(operation)),
    },
  ];
  const matches = (operation: Operation): boolean =>
    (status === "" || operation.status === status) &&
    (words === "" ||
      [
        operation.id,
        operation.cluster,
        operation.by,
        titles.workflow(operation.workflow),
        ...operation.machines,
      ].some((text) => text.toLowerCase().includes(words.toLowerCase())));
  return (
    <Page
      title={t("shell.pages.operations")}
      actions={
        <>
          <Input
            aria-label={t("ui.filter")}
            placeholder={t("ui.filter")}
            value={words}
            allowClear
            onChange={(event) => setWords(event.target.value)}
          />
          <Select
            aria-label={t("operations.state")}
            value={status}
            onChange={setStatus}
            popupMatchSelectWidth={false}
            options={[
              { value: "", label: t("operations.anyState") },
              ...statuses.map((value) => ({ value, label: t(`operations.status.${value}`) })),
            ]}
          />
        </>
      }
    >
      <div className="section">
        <Loaded query={operations}>
          {(all) => (
            <DataTable
              label={t("shell.pages.operations")}
              columns={columns}
              rows={all.filter(matches)}
              rowKey={({ id }) => id}
              empty={all.length === 0 ? t("operations.none") : t("operations.noneMatch")}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.operationList()} />
    </Page>
  );
};

const lasted = ({ createdAt, endedAt }: Operation): number => (endedAt ?? Date.now()) - createdAt;
