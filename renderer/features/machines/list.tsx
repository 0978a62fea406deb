import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Machine } from "../../../installer/contract/api/machines.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { command } from "../../state/commands.ts";
import { formatBytes } from "../../state/format.ts";
import { machineMatches, ownDisks } from "../../state/machines.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** All machines that some operation has named. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const [words, setWords] = useSearchState("q");
  const machines = useQuery(query.machines.list.queryOptions({ refetchInterval: REFRESH_MS * 2 }));
  const columns: readonly Column<Machine>[] = [
    {
      key: "name",
      title: t("machines.name"),
      by: ({ name }) => name,
      render: ({ cluster, name }) => (
        <Link to="/machines/$cluster/$name" params={{ cluster, name }}>
          {name}
        </Link>
      ),
    },
    {
      key: "cluster",
      title: t("machines.cluster"),
      by: ({ cluster }) => cluster,
      render: ({ cluster }) => cluster,
    },
    {
      key: "address",
      title: t("machines.address"),
      by: ({ address }) => address,
      render: ({ address }) => <code>{address}</code>,
    },
    {
      key: "roles",
      title: t("machines.roles"),
      by: ({ roles }) => roles.join(" "),
      render: ({ roles }) => roles.map((role) => t(`machines.role.${role}`)).join(" · "),
    },
    {
      key: "facts",
      title: t("machines.known"),
      by: ({ factsAt = 0 }) => factsAt,
      render: ({ facts }) =>
        facts === undefined ? (
          <Status tone="off">{t("machines.neverReached")}</Status>
        ) : (
          <Status tone="ok">{facts.os.name}</Status>
        ),
    },
    {
      key: "cpu",
      title: t("machines.cores"),
      align: "right",
      by: ({ facts }) => facts?.cpu.usable ?? 0,
      render: ({ facts }) => facts?.cpu.usable ?? "–",
    },
    {
      key: "memory",
      title: t("machines.memory"),
      align: "right",
      by: ({ facts }) => facts?.memory.totalBytes ?? 0,
      render: ({ facts }) => (facts === undefined ? "–" : formatBytes(facts.memory.totalBytes)),
    },
    {
      key: "disks",
      title: t("machines.disks"),
      align: "right",
      by: ({ facts }) => ownDisks(facts).length,
      render: ({ facts }) => {
        const disks = ownDisks(facts);
        return facts === undefined
          ? "–"
          : `${disks.length} × ${formatBytes(sum(disks.map(({ sizeBytes }) => sizeBytes)) / Math.max(1, disks.length))}`;
      },
    },
  ];
  return (
    <Page
      title={t("shell.pages.machines")}
      actions={
        <Input
          aria-label={t("ui.filter")}
          placeholder={t("machines.filter")}
          value={words}
          allowClear
          onChange={(event) => setWords(event.target.value)}
        />
      }
    >
      <div className="section">
        <Loaded query={machines}>
          {(all) => (
            <DataTable
              label={t("shell.pages.machines")}
              columns={columns}
              rows={all.filter((machine) => machineMatches(machine, words))}
              rowKey={({ cluster, name }) => `${cluster}/${name}`}
              empty={all.length === 0 ? t("machines.none") : t("machines.noneMatch")}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.machineList()} />
    </Page>
  );
};
