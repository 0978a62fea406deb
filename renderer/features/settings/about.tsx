import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { query } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatDuration, formatTime } from "../../state/format.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";

/** Versions, addresses, and what a browser must be told to trust. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const engine = useQuery(query.engine.info.queryOptions());
  const site = useQuery(query.console.status.queryOptions());
  return (
    <Page title={t("shell.pages.about")}>
      <Section title={t("about.engine")}>
        <Loaded query={engine}>
          {(info) => (
            <Facts
              rows={[
                [t("overview.version"), info.version],
                [t("about.contract"), info.contract],
                [t("about.node"), info.node],
                [t("about.pid"), info.pid],
                [t("overview.since"), formatTime(info.startedAt)],
                [t("about.uptime"), formatDuration(info.uptimeMs)],
                [t("overview.data"), <code key="data">{info.data}</code>],
                [t("about.socket"), <code key="socket">{info.socket}</code>],
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Section title={t("about.console")}>
        <Loaded query={site}>
          {({ addresses, certificate, authority }) => (
            <Facts
              rows={[
                [t("about.addresses"), addresses.join(" ")],
                [
                  t("overview.certificate"),
                  certificate === undefined ? "–" : formatTime(certificate.notAfter),
                ],
                [t("about.certificate"), <code key="certificate">{certificate?.fingerprint ?? "–"}</code>],
                [
                  t("about.authority"),
                  <span key="authority" className="row">
                    <code>{authority?.fingerprint ?? "–"}</code>
                    <CopyButton text={authority?.certificate ?? ""} label={t("about.copyAuthority")} />
                  </span>,
                ],
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Section title={t("about.licence")}>
        <p>{t("about.licenceText")}</p>
      </Section>
      <CliCommand command={command.console()} />
    </Page>
  );
};
