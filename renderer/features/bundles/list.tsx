import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatBytes, formatTime } from "../../state/format.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { ImportPanel } from "./import-panel.tsx";
import { Fsck } from "./fsck.tsx";

/** Bundles of the appliance's store, what it trusts, and how one gets in. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const bundles = useQuery(query.bundles.list.queryOptions({ refetchInterval: REFRESH_MS * 2 }));
  const trusted = useQuery(query.bundles.trusted.queryOptions());
  return (
    <Page title={t("shell.pages.bundles")}>
      <div className="section">
        <Loaded query={bundles}>
          {(all) => (
            <DataTable
              label={t("shell.pages.bundles")}
              rows={all.toReversed()}
              rowKey={({ index }) => index}
              empty={t("bundles.none")}
              columns={[
                {
                  key: "name",
                  title: t("bundles.name"),
                  by: ({ name, version }) => `${name}:${version}`,
                  render: ({ name, version, index }) => (
                    <Link
                      to="/bundles/$reference"
                      params={{ reference: index.replace("sha256:", "").slice(0, 16) }}
                    >
                      {`${name}:${version}`}
                    </Link>
                  ),
                },
                {
                  key: "trust",
                  title: t("bundles.signature"),
                  by: ({ trust }) => trust.state,
                  render: ({ trust }) => (
                    <Status tone={trust.state === "trusted" ? "ok" : "warn"}>
                      {t(`bundles.trust.${trust.state}`)}
                    </Status>
                  ),
                },
                {
                  key: "bytes",
                  title: t("bundles.size"),
                  align: "right",
                  by: ({ bytes }) => bytes,
                  render: ({ bytes }) => formatBytes(bytes),
                },
                {
                  key: "blobs",
                  title: t("bundles.blobs"),
                  align: "right",
                  by: ({ blobs }) => blobs,
                  render: ({ blobs }) => blobs,
                },
                {
                  key: "at",
                  title: t("bundles.takenAt"),
                  narrow: true,
                  by: ({ at }) => at,
                  render: ({ at }) => formatTime(at),
                },
                { key: "by", title: t("bundles.takenBy"), by: ({ by }) => by, render: ({ by }) => by },
              ]}
            />
          )}
        </Loaded>
      </div>
      <ImportPanel />
      <Section title={t("bundles.trustedKeys")}>
        <Loaded query={trusted}>
          {(keys) => (
            <DataTable
              label={t("bundles.trustedKeys")}
              rows={keys}
              rowKey={({ keyId }) => keyId}
              empty={t("bundles.noKeys")}
              columns={[
                { key: "name", title: t("bundles.keyName"), render: ({ name }) => name },
                { key: "id", title: t("bundles.fingerprint"), render: ({ keyId }) => <code>{keyId}</code> },
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Fsck />
      <CliCommand command={command.bundleList()} />
    </Page>
  );
};
