import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { LinkButton } from "../../parts/link-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

/** The clusters of the site. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const clusters = useQuery(query.clusters.list.queryOptions({ refetchInterval: REFRESH_MS }));
  return (
    <Page
      title={t("shell.pages.clusters")}
      actions={
        <LinkButton to="/clusters/new" type="primary">
          {t("clusters.create")}
        </LinkButton>
      }
    >
      <div className="section">
        <Loaded query={clusters}>
          {(all) => (
            <DataTable
              label={t("shell.pages.clusters")}
              rows={all}
              rowKey={({ cluster }) => cluster}
              empty={t("clusters.none")}
              columns={[
                {
                  key: "name",
                  title: t("clusters.name"),
                  by: ({ cluster }) => cluster,
                  render: ({ cluster }) => (
                    <Link to="/clusters/$cluster" params={{ cluster }}>
                      {cluster}
                    </Link>
                  ),
                },
                {
                  key: "state",
                  title: t("clusters.state"),
                  by: ({ state }) => state,
                  render: ({ state }) => (
                    <Status tone={state === "applied" ? "ok" : "warn"}>
                      {t(`clusters.states.${state}`)}
                    </Status>
                  ),
                },
                {
                  key: "version",
                  title: t("clusters.version"),
                  by: ({ version }) => version,
                  render: ({ version }) => version,
                },
                {
                  key: "endpoint",
                  title: t("clusters.endpoint"),
                  render: ({ endpoint }) => <code>{endpoint}</code>,
                },
                {
                  key: "control",
                  title: t("clusters.controlPlanes"),
                  align: "right",
                  by: ({ controlPlanes }) => controlPlanes,
                  render: ({ controlPlanes }) => controlPlanes,
                },
                {
                  key: "workers",
                  title: t("clusters.workers"),
                  align: "right",
                  by: ({ workers }) => workers,
                  render: ({ workers }) => workers,
                },
              ]}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.clusterList()} />
    </Page>
  );
};
