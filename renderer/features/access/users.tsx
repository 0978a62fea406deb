import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Enrolment, Role, User } from "../../../installer/contract/accounts.ts";
import { client, queries, query, REFRESH_MS } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatTime } from "../../state/format.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Status, type Tone } from "../../ui/status.tsx";
import { roles } from "./roles.ts";

const tones: Readonly<Record<User["state"], Tone>> = { active: "ok", invited: "off", locked: "bad" };

/** Accounts of the console, for administrators. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const users = useQuery(query.users.list.queryOptions({ refetchInterval: REFRESH_MS * 2 }));
  const [link, setLink] = useState<Enrolment>();
  return (
    <Page title={t("shell.pages.users")}>
      <Invite onMade={setLink} />
      {link === undefined ? null : <LinkNotice link={link} />}
      <div className="section">
        <Loaded query={users}>
          {(all) => (
            <DataTable
              label={t("shell.pages.users")}
              rows={all}
              rowKey={({ name }) => name}
              empty={t("ui.none")}
              columns={[
                { key: "name", title: t("access.user"), by: ({ name }) => name, render: ({ name }) => name },
                {
                  key: "state",
                  title: t("access.state"),
                  by: ({ state }) => state,
                  render: ({ state }) => <Status tone={tones[state]}>{t(`access.states.${state}`)}</Status>,
                },
                {
                  key: "role",
                  title: t("access.role"),
                  render: ({ grants }) => grantsText(grants, t(`access.roles.${grants.site ?? "none"}`)),
                },
                {
                  key: "totp",
                  title: t("access.totp"),
                  render: ({ totp }) => t(totp ? "access.on" : "access.off"),
                },
                {
                  key: "sessions",
                  title: t("access.sessions"),
                  align: "right",
                  render: ({ sessions }) => sessions,
                },
                {
                  key: "last",
                  title: t("access.lastSignIn"),
                  narrow: true,
                  by: ({ lastSignInAt = 0 }) => lastSignInAt,
                  render: ({ lastSignInAt }) => (lastSignInAt === undefined ? "–" : formatTime(lastSignInAt)),
                },
                {
                  key: "actions",
                  title: t("access.actions"),
                  narrow: true,
                  render: (user) => <UserActions user={user} onLink={setLink} />,
                },
              ]}
            />
          )}
        </Loaded>
      </div>
      <CliCommand command={command.userList()} />
    </Page>
  );
};

const grantsText = (grants: User["grants"], site: string): string =>
  [site, ...Object.entries(grants.clusters).map(([cluster, role]) => `${cluster}: ${role}`)].join(" · ");

const LinkNotice = ({ link }: { readonly link: Enrolment }): ReactNode => {
  const { t } = useTranslation();
  const address =
    link.links.find((one) => one.startsWith(location.origin)) ?? `${location.origin}${link.path}`;
  return (
    <Alert
      type="info"
      showIcon
      className="problem"
      title={t("access.link", { until: formatTime(link.expiresAt) })}
      description={
        <span className="row">
          <code className="grow">{address}</code>
          <CopyButton text={address} />
        </span>
      }
    />
  );
};

const Invite = ({ onMade }: { readonly onMade: (link: Enrolment) => void }): ReactNode => {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [error, setError] = useState<unknown>();
  const invite = async (): Promise<void> => {
    setError(undefined);
    try {
      onMade(await client.users.invite({ name: name.trim(), grants: { site: role, clusters: {} } }));
      setName("");
      await queries.invalidateQueries();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Section title={t("access.invite")}>
      {error === undefined ? null : <Failure error={error} />}
      <div className="row">
        <Input
          aria-label={t("access.user")}
          placeholder={t("access.user")}
          className="filter"
          value={name}
          maxLength={32}
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          aria-label={t("access.role")}
          value={role}
          onChange={setRole}
          popupMatchSelectWidth={false}
          options={roles.map((value) => ({ value, label: t(`access.roles.${value}`) }))}
        />
        <Button type="primary" disabled={name.trim() === ""} onClick={() => void invite()}>
          {t("access.makeLink")}
        </Button>
      </div>
      <p className="muted">{t(`access.roleMeans.${role}`)}</p>
      <CliCommand command={command.userAdd(name.trim() === "" ? "NAME" : name.trim(), role)} />
    </Section>
  );
};

const UserActions = ({
  user: { name, grants, state },
  onLink,
}: {
  readonly user: User;
  readonly onLink: (link: Enrolment) => void;
}): ReactNode => {
  const { t } = useTranslation();
  return (
    <span className="row">
      {roles
        .filter((role) => role !== grants.site)
        .map((role) => (
          <Action
            key={role}
            size="small"
            label={t("access.makeRole", { role: t(`access.roles.${role}`) })}
            consequence={t(`access.roleMeans.${role}`)}
            command={() => command.userRole(name, role)}
            run={() => client.users.grant({ name, grants: { ...grants, site: role } })}
          />
        ))}
      {state === "locked" ? (
        <Action
          size="small"
          label={t("access.unlock")}
          consequence={t("access.unlockConsequence", { user: name })}
          command={() => command.userUnlock(name)}
          run={() => client.users.unlock({ name })}
        />
      ) : null}
      <Action
        size="small"
        label={t("access.reset")}
        consequence={t("access.resetConsequence", { user: name })}
        command={() => command.userReset(name)}
        run={async () => onLink(await client.users.resetPassword({ name }))}
      />
      <Action
        size="small"
        danger
        label={t("access.remove")}
        consequence={t("access.removeConsequence", { user: name })}
        confirmation={name}
        command={() => command.userRemove(name)}
        run={() => client.users.remove({ name })}
      />
    </span>
  );
};
