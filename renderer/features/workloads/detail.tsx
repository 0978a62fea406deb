import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { query } from "../../engine/engine.ts";
import { useKubeRows } from "../../engine/kube-feed.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { command } from "../../state/commands.ts";
import { kindOf } from "../../state/kube-list.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { Log } from "./log.tsx";

interface Place {
  readonly cluster?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** One object of a cluster: how it stands, the log of a pod, and all of it as YAML. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { cluster = "", name = "", kind: asked = "" }: Place = useParams({ strict: false });
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const kind = kindOf(asked);
  const namespace = typeof search["namespace"] === "string" ? search["namespace"] : "";
  const { rows } = useKubeRows(cluster, kind);
  const row = rows?.get(`${namespace}/${name}`);
  const place = namespace === "" ? {} : { namespace };
  const yaml = useQuery(query.kube.yaml.queryOptions({ input: { cluster, kind, name, ...place } }));
  const words = [...(namespace === "" ? [] : ["-n", namespace]), "get", kind, name, "-o", "yaml"];
  const state =
    row === undefined ? (
      <Status tone="off">{t("workloads.gone")}</Status>
    ) : (
      <Status tone={row.tone}>{row.state}</Status>
    );
  return (
    <Page
      title={name}
      state={rows === undefined ? null : state}
      actions={
        <Link to="/clusters/$cluster/objects" params={{ cluster }} search={{ kind }}>
          {t("workloads.back", { kind: t(`workloads.kinds.${kind}`), cluster })}
        </Link>
      }
    >
      {kind === "pods" && row !== undefined ? (
        <Log cluster={cluster} namespace={namespace} pod={name} containers={row.containers ?? []} />
      ) : null}
      <Section
        title={t("workloads.yaml")}
        aside={
          <span className="row">
            <CopyButton text={yaml.data?.yaml ?? ""} />
            <Button size="small" onClick={() => saveFile(`${name}.yaml`, yaml.data?.yaml ?? "")}>
              {t("ui.download")}
            </Button>
          </span>
        }
      >
        <Loaded query={yaml}>{(found) => <pre tabIndex={0}>{found.yaml}</pre>}</Loaded>
      </Section>
      <CliCommand command={command.kubectl(cluster, words)} />
    </Page>
  );
};
