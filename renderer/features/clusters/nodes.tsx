import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ClusterStatus } from "../../../installer/contract/cluster-status.ts";
import { problemText } from "../../state/problem.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { Status, type Tone } from "../../ui/status.tsx";

type Node = ClusterStatus["machines"][number];

const ready: Readonly<Record<"yes" | "no" | "unknown", Tone>> = { yes: "ok", no: "bad", unknown: "warn" };

/** The machines of a cluster, by their own words and by the API's. */
export const Nodes = ({ status }: { readonly status: ClusterStatus }): ReactNode => {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("clusters.nodes")}
      rows={status.machines}
      rowKey={({ name }) => name}
      empty=""
      columns={[
        {
          key: "name",
          title: t("clusters.machine"),
          by: ({ name }) => name,
          render: ({ name }) => (
            <Link to="/machines/$cluster/$name" params={{ cluster: status.cluster, name }}>
              {name}
            </Link>
          ),
        },
        {
          key: "roles",
          title: t("machines.roles"),
          render: ({ roles }) => roles.map((role) => t(`machines.role.${role}`)).join(" · "),
        },
        { key: "ready", title: t("clusters.ready"), render: (node) => <Ready node={node} /> },
        { key: "version", title: t("clusters.version"), render: ({ node }) => node?.version ?? "–" },
        { key: "kubelet", title: t("clusters.kubelet"), render: ({ health }) => health?.kubelet ?? "–" },
        {
          key: "clock",
          title: t("machines.clock"),
          align: "right",
          render: ({ health }) =>
            health === undefined || health.clock === null ? "–" : `${health.clock.offsetMs.toFixed(2)} ms`,
        },
        { key: "etcd", title: t("clusters.etcd"), render: (node) => <Etcd node={node} /> },
      ]}
    />
  );
};

const Ready = ({ node: { node, error } }: { readonly node: Node }): ReactNode => {
  const { t, i18n } = useTranslation();
  return (
    <div className="stack">
      <span className="row">
        {node === undefined ? (
          <Status tone="off">{t("ui.unknown")}</Status>
        ) : (
          <Status tone={ready[node.ready]}>{t(`clusters.readiness.${node.ready}`)}</Status>
        )}
        {node?.maintenance === undefined ? null : (
          <Status tone="warn">{t("clusters.maintenance", { ...node.maintenance })}</Status>
        )}
        {node !== undefined && !node.schedulable && node.maintenance === undefined ? (
          <Status tone="warn">{t("clusters.cordoned")}</Status>
        ) : null}
        {node?.conditions.join(" · ")}
      </span>
      {error === undefined ? null : (
        <span className="status-bad">{problemText(error, i18n.language).title}</span>
      )}
    </div>
  );
};

const Etcd = ({ node: { health } }: { readonly node: Node }): ReactNode => {
  const { t } = useTranslation();
  if (health === undefined || health.controlPlane === null) return "–";
  const { etcd } = health.controlPlane;
  if (etcd === null) return <Status tone="bad">{t("clusters.etcdSilent")}</Status>;
  return etcd.healthy ? <Status tone="ok">{etcd.version}</Status> : <Status tone="bad">{etcd.reason}</Status>;
};
