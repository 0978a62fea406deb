import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ClusterSummary } from "../../../installer/contract/api/clusters.ts";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import type { ClusterStatus } from "../../../installer/contract/cluster-status.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { LinkButton } from "../../parts/link-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { OperationState, useSentence } from "../../parts/words.tsx";
import { attentionOf, newestBySpec } from "../../state/attention.ts";
import { command } from "../../state/commands.ts";
import { formatBytes, formatTime } from "../../state/format.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";
import { Status, type Tone } from "../../ui/status.tsx";

/** Asking a cluster how it is reaches every machine of it. */
const STATUS_EVERY_MS = 30_000;

/** What needs attention, then what there is. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const operations = useQuery(
    query.operations.list.queryOptions({ input: { limit: 100 }, refetchInterval: REFRESH_MS }),
  );
  const clusters = useQuery(query.clusters.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const states = useQueries({
    queries: (clusters.data ?? [])
      .filter(({ state }) => state === "applied")
      .map(({ cluster }) =>
        query.clusters.status.queryOptions({ input: { cluster }, refetchInterval: STATUS_EVERY_MS }),
      ),
  }).flatMap(({ data }) => data ?? []);
  return (
    <Page title={t("shell.pages.overview")}>
      <Section title={t("overview.attention")}>
        <Loaded query={operations}>{(all) => <Attention operations={all} states={states} />}</Loaded>
      </Section>
      <Section
        title={t("shell.pages.clusters")}
        aside={
          <LinkButton to="/clusters/new" size="small">
            {t("clusters.create")}
          </LinkButton>
        }
      >
        <Loaded query={clusters}>{(all) => <Clusters clusters={all} states={states} />}</Loaded>
      </Section>
      <Section title={t("overview.appliance")}>
        <Appliance />
      </Section>
      <CliCommand command={command.engineInfo()} />
    </Page>
  );
};

const Attention = ({
  operations,
  states,
}: {
  readonly operations: readonly Operation[];
  readonly states: readonly ClusterStatus[];
}): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const titles = useTitles();
  const shown = attentionOf(newestBySpec(operations));
  const problems = states.flatMap(({ cluster, problems }) =>
    problems.map((problem) => ({ cluster, ...problem })),
  );
  if (shown.length + problems.length === 0) return <div className="empty">{t("overview.calm")}</div>;
  return (
    <ul className="attention">
      {problems.map(({ cluster, severity, machine, text }) => (
        <li key={`${cluster}${machine ?? ""}${text.en}`}>
          <Status tone={severity === "bad" ? "bad" : "warn"}>{t(`clusters.severity.${severity}`)}</Status>
          <Link to="/clusters/$cluster" params={{ cluster }}>
            {cluster}
          </Link>
          <span className="grow">
            {machine === undefined ? "" : `${machine}: `}
            {sentence(text)}
          </span>
        </li>
      ))}
      {shown.map((operation) => (
        <li key={operation.id}>
          <OperationState status={operation.status} />
          <Link to="/operations/$id" params={{ id: operation.id }}>
            {titles.workflow(operation.workflow)}
          </Link>
          <span className="grow">{operation.cluster}</span>
          <span className="muted">{formatTime(operation.endedAt ?? operation.createdAt)}</span>
        </li>
      ))}
    </ul>
  );
};

const tones: Readonly<Record<ClusterStatus["state"], Tone>> = {
  healthy: "ok",
  degraded: "warn",
  down: "bad",
};

const Clusters = ({
  clusters,
  states,
}: {
  readonly clusters: readonly ClusterSummary[];
  readonly states: readonly ClusterStatus[];
}): ReactNode => {
  const { t } = useTranslation();
  const stateOf = (cluster: string): ClusterStatus | undefined =>
    states.find((one) => one.cluster === cluster);
  return (
    <DataTable
      label={t("shell.pages.clusters")}
      rows={clusters}
      rowKey={({ cluster }) => cluster}
      empty={t("clusters.none")}
      columns={[
        {
          key: "cluster",
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
          render: ({ cluster, state }) => {
            const found = stateOf(cluster);
            if (state === "attempted") return <Status tone="warn">{t("clusters.states.attempted")}</Status>;
            if (found === undefined) return <span className="muted">{t("clusters.asking")}</span>;
            return <Status tone={tones[found.state]}>{t(`clusters.states.${found.state}`)}</Status>;
          },
        },
        { key: "version", title: t("clusters.version"), render: ({ version }) => version },
        { key: "endpoint", title: t("clusters.endpoint"), render: ({ endpoint }) => <code>{endpoint}</code> },
        {
          key: "nodes",
          title: t("clusters.nodes"),
          align: "right",
          render: ({ controlPlanes, workers }) => `${controlPlanes} + ${workers}`,
        },
        {
          key: "pods",
          title: t("clusters.pods"),
          align: "right",
          render: ({ cluster }) => {
            const pods = stateOf(cluster)?.pods;
            return pods === undefined || pods === null ? "–" : `${pods.running} / ${pods.total}`;
          },
        },
      ]}
    />
  );
};

const Appliance = (): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const engine = useQuery(query.engine.info.queryOptions({ refetchInterval: STATUS_EVERY_MS }));
  const site = useQuery(query.console.status.queryOptions({ refetchInterval: STATUS_EVERY_MS }));
  return (
    <Loaded query={engine}>
      {(info) => (
        <>
          <Facts
            rows={[
              [t("overview.version"), info.version],
              [t("overview.since"), formatTime(info.startedAt)],
              [t("overview.memory"), formatBytes(info.residentBytes)],
              [t("overview.data"), <code key="data">{info.data}</code>],
              [
                t("overview.certificate"),
                site.data?.certificate === undefined ? "–" : formatTime(site.data.certificate.notAfter),
              ],
            ]}
          />
          {info.notices.map(({ at, text }) => (
            <p key={at}>
              <Status tone="warn">{formatTime(at)}</Status> {sentence(text)}
            </p>
          ))}
        </>
      )}
    </Loaded>
  );
};
