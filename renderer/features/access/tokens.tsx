import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, InputNumber, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Role } from "../../../installer/contract/accounts.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client, queries, query } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatTime } from "../../state/format.ts";
import { may } from "../../state/permission.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { roles } from "./roles.ts";

const DAYS = 90;
const MOST_DAYS = 366;

/** Tokens of programs: one's own, and for administrators everybody's. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const whose = may(caller, "administrator") ? "all" : "own";
  const tokens = useQuery(query.tokens.list.queryOptions({ input: { whose } }));
  return (
    <Page title={t("shell.pages.tokens")}>
      <Create />
      <div className="section">
        <Loaded query={tokens}>
          {(all) => (
            <DataTable
              label={t("shell.pages.tokens")}
              rows={all}
              rowKey={({ id }) => id}
              empty={t("access.noTokens")}
              columns={[
                {
                  key: "name",
                  title: t("access.tokenName"),
                  by: ({ name }) => name,
                  render: ({ name }) => name,
                },
                { key: "user", title: t("access.user"), by: ({ user }) => user, render: ({ user }) => user },
                {
                  key: "role",
                  title: t("access.role"),
                  render: ({ grants }) => t(`access.roles.${grants.site ?? "none"}`),
                },
                {
                  key: "scopes",
                  title: t("access.scopes"),
                  render: ({ scopes }) => (scopes.length === 0 ? t("access.allCalls") : scopes.join(" ")),
                },
                {
                  key: "expires",
                  title: t("access.expires"),
                  narrow: true,
                  by: ({ expiresAt }) => expiresAt,
                  render: ({ expiresAt }) => formatTime(expiresAt),
                },
                {
                  key: "used",
                  title: t("access.lastUsed"),
                  narrow: true,
                  render: ({ lastUsedAt, lastAddress = "" }) =>
                    lastUsedAt === undefined ? "–" : `${formatTime(lastUsedAt)} ${lastAddress}`,
                },
                {
                  key: "actions",
                  title: t("access.actions"),
                  narrow: true,
                  render: ({ id, name }) => (
                    <Action
                      size="small"
                      danger
                      label={t("access.revoke")}
                      consequence={t("access.revokeConsequence", { name })}
                      command={() => command.tokenRevoke(id)}
                      run={() => client.tokens.revoke({ id })}
                    />
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.tokenList()} />
    </Page>
  );
};

const Create = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState(DAYS);
  const [value, setValue] = useState<string>();
  const [error, setError] = useState<unknown>();
  const create = async (): Promise<void> => {
    setError(undefined);
    try {
      const made = await client.tokens.create({
        name: name.trim(),
        grants: { site: role, clusters: {} },
        scopes: [],
        days,
      });
      setValue(made.value);
      setName("");
      await queries.invalidateQueries();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Section title={t("access.newToken")}>
      {error === undefined ? null : <Failure error={error} />}
      <div className="row">
        <Input
          aria-label={t("access.tokenName")}
          placeholder={t("access.tokenName")}
          className="filter"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          aria-label={t("access.role")}
          value={role}
          onChange={setRole}
          popupMatchSelectWidth={false}
          options={roles
            .filter((one) => may(caller, one))
            .map((one) => ({ value: one, label: t(`access.roles.${one}`) }))}
        />
        <InputNumber<number>
          aria-label={t("access.days")}
          value={days}
          min={1}
          max={MOST_DAYS}
          suffix={t("access.days")}
          onChange={(next) => setDays(next ?? DAYS)}
        />
        <Button type="primary" disabled={name.trim() === ""} onClick={() => void create()}>
          {t("access.create")}
        </Button>
      </div>
      {value === undefined ? null : (
        <Alert
          type="warning"
          showIcon
          className="token-value"
          title={t("access.tokenOnce")}
          description={
            <span className="row">
              <code className="grow">{value}</code>
              <CopyButton text={value} />
            </span>
          }
        />
      )}
      <CliCommand command={command.tokenCreate(name.trim() === "" ? "NAME" : name.trim(), role, days)} />
    </Section>
  );
};
