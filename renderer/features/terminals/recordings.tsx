import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCaller } from "../../engine/caller.tsx";
import { client, query, REFRESH_MS } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatBytes, formatDuration, formatTime } from "../../state/format.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { pathOf } from "./names.ts";

/** Recordings of terminals: one's own, and for administrators everybody's. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const allowed = may(caller, "administrator");
  const recordings = useQuery(query.terminals.recordings.queryOptions({ refetchInterval: REFRESH_MS * 2 }));
  return (
    <Page title={t("terminals.recordings")}>
      <div className="section">
        <p className="muted">{t("terminals.recordingsHint")}</p>
        <Loaded query={recordings}>
          {(all) => (
            <DataTable
              label={t("terminals.recordings")}
              rows={all}
              rowKey={({ id }) => id}
              empty={t("terminals.noRecordings")}
              columns={[
                {
                  key: "target",
                  title: t("terminals.target"),
                  by: ({ target }) => pathOf(target),
                  render: ({ id, target }) => (
                    <Link to="/recordings/$id" params={{ id }}>
                      {pathOf(target)}
                    </Link>
                  ),
                },
                {
                  key: "user",
                  title: t("terminals.user"),
                  by: ({ user }) => user,
                  render: ({ user, address }) => `${user} · ${address}`,
                },
                { key: "why", title: t("terminals.why"), render: ({ why }) => why },
                {
                  key: "at",
                  title: t("terminals.openedAt"),
                  narrow: true,
                  by: ({ startedAt }) => startedAt,
                  render: ({ startedAt }) => formatTime(startedAt),
                },
                {
                  key: "duration",
                  title: t("terminals.duration"),
                  align: "right",
                  narrow: true,
                  by: ({ startedAt, changedAt }) => changedAt - startedAt,
                  render: ({ running, startedAt, changedAt }) =>
                    running ? (
                      <Status tone="busy">{t("terminals.runs")}</Status>
                    ) : (
                      formatDuration(Math.max(0, changedAt - startedAt))
                    ),
                },
                {
                  key: "bytes",
                  title: t("terminals.size"),
                  align: "right",
                  by: ({ bytes }) => bytes,
                  render: ({ bytes }) => formatBytes(bytes),
                },
                {
                  key: "remove",
                  title: t("terminals.remove"),
                  narrow: true,
                  render: ({ id, running, target }) => (
                    <Action
                      label={t("terminals.remove")}
                      size="small"
                      danger
                      disabled={!allowed || running}
                      title={allowed ? undefined : t("ui.notAllowed")}
                      consequence={t("terminals.removeConsequence", { target: pathOf(target) })}
                      command={() => command.recordRemove(id)}
                      run={() => client.terminals.removeRecording({ recording: id })}
                    />
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.recordList()} />
    </Page>
  );
};
