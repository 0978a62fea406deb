import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SessionInfo } from "../../../installer/contract/accounts.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client, query, REFRESH_MS } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatTime } from "../../state/format.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

/** Open sessions: one's own, and for administrators everybody's. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const isAdministrator = may(caller, "administrator");
  const own = useQuery(query.auth.sessions.queryOptions({ refetchInterval: REFRESH_MS * 2 }));
  const all = useQuery(
    query.users.sessions.queryOptions({ enabled: isAdministrator, refetchInterval: REFRESH_MS * 2 }),
  );
  return (
    <Page title={t("shell.pages.sessions")}>
      <Section title={t("access.ownSessions")}>
        <Loaded query={own}>
          {(sessions) => <Sessions sessions={sessions} end={(id) => client.auth.endSession({ id })} />}
        </Loaded>
      </Section>
      {isAdministrator ? (
        <Section title={t("access.otherSessions")}>
          <Loaded query={all}>
            {(sessions) => (
              <Sessions
                sessions={sessions.filter(({ user }) => user !== caller.user)}
                end={(id) => client.users.endSession({ id })}
              />
            )}
          </Loaded>
        </Section>
      ) : null}
      <CliCommand command={command.userList()} />
    </Page>
  );
};

const Sessions = ({
  sessions,
  end,
}: {
  readonly sessions: readonly SessionInfo[];
  readonly end: (id: string) => Promise<unknown>;
}): ReactNode => {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("shell.pages.sessions")}
      rows={sessions}
      rowKey={({ id }) => id}
      empty={t("access.noSessions")}
      columns={[
        { key: "user", title: t("access.user"), by: ({ user }) => user, render: ({ user }) => user },
        {
          key: "address",
          title: t("access.address"),
          by: ({ address }) => address,
          render: ({ address }) => <code>{address}</code>,
        },
        {
          key: "agent",
          title: t("access.agent"),
          render: ({ agent }) => <span className="muted">{agent}</span>,
        },
        {
          key: "used",
          title: t("access.lastUsed"),
          narrow: true,
          by: ({ lastUsedAt }) => lastUsedAt,
          render: ({ lastUsedAt }) => formatTime(lastUsedAt),
        },
        {
          key: "until",
          title: t("access.until"),
          narrow: true,
          render: ({ idleUntil, until }) => formatTime(Math.min(idleUntil, until)),
        },
        {
          key: "actions",
          title: t("access.actions"),
          narrow: true,
          render: ({ id, current, user }) =>
            current ? (
              <Status tone="ok">{t("access.thisOne")}</Status>
            ) : (
              <Action
                size="small"
                danger
                label={t("access.end")}
                consequence={t("access.endConsequence", { user })}
                command={() => command.userReset(user)}
                run={() => end(id)}
              />
            ),
        },
      ]}
    />
  );
};
