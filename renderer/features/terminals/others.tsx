import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Terminal } from "../../../installer/contract/terminal.ts";
import { client } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { command } from "../../state/commands.ts";
import { formatTime } from "../../state/format.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { Section } from "../../ui/page.tsx";
import { pathOf } from "./names.ts";

/** Terminals of others, for administrators: nobody can look into them, but they can be ended. */
export const Others = ({ terminals }: { readonly terminals: readonly Terminal[] }): ReactNode => {
  const { t } = useTranslation();
  if (terminals.length === 0) return null;
  return (
    <Section title={t("terminals.others")}>
      <DataTable
        label={t("terminals.others")}
        rows={terminals}
        rowKey={({ id }) => id}
        empty=""
        columns={[
          {
            key: "target",
            title: t("terminals.target"),
            render: ({ target }) => <code>{pathOf(target)}</code>,
          },
          { key: "user", title: t("terminals.user"), render: ({ user, address }) => `${user} · ${address}` },
          { key: "why", title: t("terminals.why"), render: ({ why }) => why },
          {
            key: "at",
            title: t("terminals.openedAt"),
            narrow: true,
            render: ({ openedAt }) => formatTime(openedAt),
          },
          {
            key: "close",
            title: t("terminals.close"),
            narrow: true,
            render: ({ id, user }) => (
              <Action
                label={t("terminals.close")}
                size="small"
                danger
                consequence={t("terminals.closeOther", { user })}
                command={() => command.terminalClose(id)}
                run={() => client.terminals.close({ terminal: id })}
              />
            ),
          },
        ]}
      />
    </Section>
  );
};
