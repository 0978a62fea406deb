import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Cluster } from "../../../installer/contract/api/clusters.ts";
import type { ClusterStatus } from "../../../installer/contract/cluster-status.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client, query } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { LinkButton } from "../../parts/link-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useSentence } from "../../parts/words.tsx";
import { command } from "../../state/commands.ts";
import { formatTime } from "../../state/format.ts";
import { may } from "../../state/permission.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";
import { Status, type Tone } from "../../ui/status.tsx";
import { Nodes } from "./nodes.tsx";
import "./clusters.css";

const STATUS_EVERY_MS = 15_000;
const tones: Readonly<Record<ClusterStatus["state"], Tone>> = {
  healthy: "ok",
  degraded: "warn",
  down: "bad",
};

/** One cluster as it is now. */
export const Content = (): ReactNode => {
  const { cluster = "" }: { readonly cluster?: string } = useParams({ strict: false });
  const found = useQuery(query.clusters.get.queryOptions({ input: { cluster } }));
  return <Loaded query={found}>{(one) => <Shown cluster={one} />}</Loaded>;
};

const Shown = ({ cluster: { cluster, state, operation } }: { readonly cluster: Cluster }): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const navigate = useNavigate();
  const allowed = may(caller, "operator", cluster);
  const status = useQuery(
    query.clusters.status.queryOptions({
      input: { cluster },
      refetchInterval: STATUS_EVERY_MS,
      enabled: state === "applied",
    }),
  );
  const spec = useQuery(query.clusters.spec.queryOptions({ input: { cluster } }));
  const start = async (workflow: string): Promise<void> => {
    const started = await client.operations.start({ workflow, spec: { cluster } });
    await navigate({ to: "/operations/$id", params: { id: started.id } });
  };
  return (
    <Page
      title={cluster}
      state={
        status.data === undefined ? (
          <Status tone={state === "applied" ? "off" : "warn"}>{t(`clusters.states.${state}`)}</Status>
        ) : (
          <Status tone={tones[status.data.state]}>{t(`clusters.states.${status.data.state}`)}</Status>
        )
      }
      actions={
        <>
          <Action
            label={t("clusters.check")}
            consequence={t("clusters.checkConsequence")}
            disabled={!allowed}
            title={allowed ? undefined : t("ui.notAllowed")}
            command={() => command.clusterCheck(`${cluster}.yaml`)}
            run={() => start("check")}
          />
          {state === "applied" ? (
            <LinkButton to="/clusters/$cluster/objects" params={{ cluster }}>
              {t("workloads.open")}
            </LinkButton>
          ) : null}
          <LinkButton to="/terminals/new" search={{ kind: "kubectl", cluster }}>
            {t("terminals.openKubectl")}
          </LinkButton>
          <LinkButton to="/clusters/$cluster/edit" params={{ cluster }}>
            {t("clusters.editSpec")}
          </LinkButton>
        </>
      }
    >
      {state === "attempted" ? (
        <Section title={t("clusters.statusTitle")}>
          <p>{t("clusters.neverMade")}</p>
          <Link to="/operations/$id" params={{ id: operation }}>
            {operation}
          </Link>
        </Section>
      ) : (
        <Loaded query={status}>{(now) => <Now status={now} />}</Loaded>
      )}
      <Section
        title={t("clusters.yaml")}
        aside={<CopyButton text={spec.data?.yaml ?? ""} label={t("clusters.copyYaml")} />}
      >
        <Loaded query={spec}>{({ yaml }) => <pre tabIndex={0}>{yaml}</pre>}</Loaded>
      </Section>
      <CliCommand command={command.clusterStatus(cluster)} />
    </Page>
  );
};

const Now = ({ status }: { readonly status: ClusterStatus }): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const { etcd, pods, virtualIp } = status;
  return (
    <>
      <Section title={t("clusters.statusTitle")}>
        <Facts
          rows={[
            [t("clusters.endpoint"), <code key="endpoint">{status.endpoint}</code>],
            [
              t("clusters.virtualIp"),
              virtualIp === null ? t("ui.none") : `${virtualIp.address} → ${virtualIp.holders.join(", ")}`,
            ],
            [
              t("clusters.etcd"),
              t("clusters.etcdHealth", {
                healthy: etcd.healthy,
                members: etcd.members,
                needed: etcd.needed,
                leader: etcd.leader ?? "–",
              }),
            ],
            [t("clusters.pods"), pods === null ? t("ui.unknown") : `${pods.running} / ${pods.total}`],
            [t("clusters.at"), formatTime(status.at)],
          ]}
        />
        {status.problems.length === 0 ? (
          <Status tone="ok">{t("clusters.noProblems")}</Status>
        ) : (
          <ul className="attention">
            {status.problems.map(({ severity, machine, text }) => (
              <li key={`${machine ?? ""}${text.en}`}>
                <Status tone={severity === "bad" ? "bad" : "warn"}>
                  {t(`clusters.severity.${severity}`)}
                </Status>
                <span className="grow">
                  {machine === undefined ? "" : `${machine}: `}
                  {sentence(text)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("clusters.nodes")}>
        <Nodes status={status} />
      </Section>
      {pods === null || pods.troubled.length === 0 ? null : (
        <Section title={t("clusters.troubled")}>
          <DataTable
            label={t("clusters.troubled")}
            rows={pods.troubled}
            rowKey={({ namespace, name }) => `${namespace}/${name}`}
            empty=""
            columns={[
              { key: "namespace", title: t("clusters.namespace"), render: ({ namespace }) => namespace },
              { key: "name", title: t("clusters.pod"), render: ({ name }) => <code>{name}</code> },
              { key: "machine", title: t("clusters.machine"), render: ({ machine = "–" }) => machine },
              {
                key: "state",
                title: t("clusters.state"),
                render: ({ state }) => <Status tone="warn">{state}</Status>,
              },
            ]}
          />
        </Section>
      )}
    </>
  );
};
