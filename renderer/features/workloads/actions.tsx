import { useNavigate } from "@tanstack/react-router";
import { InputNumber } from "antd";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { KubeKind, KubeRow, WorkloadKind } from "../../../installer/contract/kube.ts";
import { client } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { command } from "../../state/commands.ts";

/** An object and whether the caller may change it. */
interface RowProps {
  readonly cluster: string;
  readonly row: KubeRow;
  readonly isAllowed: boolean;
}

/** What can be done with one object of a list. */
export const RowActions = ({ kind, ...of }: RowProps & { readonly kind: KubeKind }): ReactNode => {
  if (kind === "nodes") return <NodeActions {...of} />;
  if (kind === "pods" || kind === "events") return null;
  return (
    <span className="row">
      {kind === "daemonsets" ? null : <Scale kind={kind} {...of} />}
      <Restart kind={kind} {...of} />
    </span>
  );
};

const MOST_REPLICAS = 10_000;

const Scale = ({
  kind,
  cluster,
  row,
  isAllowed,
}: RowProps & { readonly kind: "deployments" | "statefulsets" }): ReactNode => {
  const { t } = useTranslation();
  const id = useId();
  const { namespace, name, wanted = 0 } = row;
  const [typed, setTyped] = useState<number>();
  const replicas = typed ?? wanted;
  const consequence = replicas === 0 ? "toNone" : replicas < wanted ? "toFewer" : "toMore";
  return (
    <Action
      label={t("workloads.scale")}
      size="small"
      disabled={!isAllowed}
      title={isAllowed ? undefined : t("ui.notAllowed")}
      danger={replicas === 0}
      consequence={
        <div className="stack">
          <div className="field">
            <label htmlFor={id}>{t("workloads.replicas", { name })}</label>
            <InputNumber
              id={id}
              min={0}
              max={MOST_REPLICAS}
              precision={0}
              value={replicas}
              onChange={(value) => setTyped(value ?? undefined)}
            />
          </div>
          <p>{t(`workloads.consequence.${consequence}`, { name, from: wanted, to: replicas })}</p>
        </div>
      }
      command={() =>
        command.kubectl(cluster, ["-n", namespace, "scale", `${kind}/${name}`, `--replicas=${replicas}`])
      }
      run={async () => {
        await client.kube.scale({ cluster, kind, namespace, name, replicas });
        setTyped(undefined);
      }}
    />
  );
};

const Restart = ({
  kind,
  cluster,
  row: { namespace, name, wanted = 0 },
  isAllowed,
}: RowProps & { readonly kind: WorkloadKind }): ReactNode => {
  const { t } = useTranslation();
  const consequence = wanted > 1 ? "restart" : "restartOne";
  return (
    <Action
      label={t("workloads.restart")}
      size="small"
      disabled={!isAllowed}
      title={isAllowed ? undefined : t("ui.notAllowed")}
      consequence={t(`workloads.consequence.${consequence}`, { name, pods: wanted })}
      command={() => command.kubectl(cluster, ["-n", namespace, "rollout", "restart", `${kind}/${name}`])}
      run={() => client.kube.restart({ cluster, kind, namespace, name })}
    />
  );
};

const NodeActions = ({ cluster, row: { name, cordoned }, isAllowed }: RowProps): ReactNode => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = isAllowed ? undefined : t("ui.notAllowed");
  const verb = cordoned === true ? "uncordon" : "cordon";
  return (
    <span className="row">
      <Action
        label={t(`workloads.${verb}`)}
        size="small"
        disabled={!isAllowed}
        title={refusal}
        consequence={t(`workloads.consequence.${verb}`, { name })}
        command={() => command.kubectl(cluster, [verb, name])}
        run={() => client.kube.cordon({ cluster, node: name, pods: cordoned === true ? "take" : "refuse" })}
      />
      <Action
        label={t("workloads.drain")}
        size="small"
        disabled={!isAllowed}
        title={refusal}
        consequence={t("workloads.consequence.drain", { name })}
        command={(why) => command.machineVerb("drain", { cluster, machine: name }, why)}
        run={async () => {
          const started = await client.operations.start({
            workflow: "drain",
            spec: { cluster },
            parameters: { machines: [name] },
          });
          await navigate({ to: "/operations/$id", params: { id: started.id } });
        }}
      />
    </span>
  );
};
