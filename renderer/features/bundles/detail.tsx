import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { client, query } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { saveFile } from "../../parts/save-file.ts";
import { command } from "../../state/commands.ts";
import { formatBytes, formatTime } from "../../state/format.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";

/** One bundle: what is in it, who signed it, and its list of materials. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { reference = "" }: { readonly reference?: string } = useParams({ strict: false });
  const [words, setWords] = useSearchState("q");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const info = useQuery(query.bundles.info.queryOptions({ input: { reference }, staleTime: Infinity }));
  const download = async (name: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const sboms = await client.bundles.sbom({ reference });
      saveFile(
        `${name}.spdx.json`,
        JSON.stringify(
          sboms.map(({ document }) => document),
          null,
          2,
        ),
      );
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Loaded query={info}>
      {(bundle) => (
        <Page
          title={`${bundle.name}:${bundle.version}`}
          actions={
            <Button loading={busy} onClick={() => void download(`${bundle.name}-${bundle.version}`)}>
              {t("bundles.sbom")}
            </Button>
          }
        >
          {error === undefined ? null : <Failure error={error} />}
          <Section title={t("bundles.about")}>
            <Facts
              rows={[
                [t("bundles.digest"), <code key="digest">{bundle.index}</code>],
                [
                  t("bundles.signedBy"),
                  bundle.signedBy.length === 0 ? (
                    t("bundles.unsigned")
                  ) : (
                    <code key="keys">{bundle.signedBy.join(" ")}</code>
                  ),
                ],
                [t("bundles.size"), formatBytes(bundle.bytes)],
                [t("bundles.blobs"), bundle.blobs],
                ...(bundle.taken === undefined
                  ? []
                  : ([
                      [t("bundles.takenAt"), formatTime(bundle.taken.at)],
                      [t("bundles.takenBy"), bundle.taken.by],
                      [t("bundles.from"), <code key="from">{bundle.taken.source}</code>],
                    ] as const)),
              ]}
            />
          </Section>
          <Section
            title={t("bundles.contents")}
            aside={
              <Input
                aria-label={t("ui.filter")}
                placeholder={t("ui.filter")}
                allowClear
                className="filter"
                value={words}
                onChange={(event) => setWords(event.target.value)}
              />
            }
          >
            <DataTable
              label={t("bundles.contents")}
              rows={bundle.items.filter(({ kind, component, name, arch }) =>
                `${kind} ${component} ${name} ${arch}`.toLowerCase().includes(words.toLowerCase()),
              )}
              rowKey={({ digest, name, arch, kind }) => `${kind}${digest}${name}${arch}`}
              empty={t("bundles.noItems")}
              columns={[
                {
                  key: "kind",
                  title: t("bundles.kind"),
                  narrow: true,
                  by: ({ kind }) => kind,
                  render: ({ kind }) => kind,
                },
                {
                  key: "component",
                  title: t("bundles.component"),
                  by: ({ component }) => component,
                  render: ({ component }) => component,
                },
                {
                  key: "name",
                  title: t("bundles.item"),
                  by: ({ name }) => name,
                  render: ({ name }) => <code>{name}</code>,
                },
                {
                  key: "arch",
                  title: t("bundles.arch"),
                  narrow: true,
                  by: ({ arch }) => arch,
                  render: ({ arch }) => arch,
                },
                {
                  key: "digest",
                  title: t("bundles.digest"),
                  narrow: true,
                  render: ({ digest }) => <code title={digest}>{digest.slice(0, 19)}</code>,
                },
              ]}
            />
          </Section>
          <CliCommand command={command.bundleInfo(`${bundle.name}:${bundle.version}`)} />
          <CliCommand command={command.bundleSbom(`${bundle.name}:${bundle.version}`)} />
        </Page>
      )}
    </Loaded>
  );
};
