import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AuditAction, AuditOutcome, AuditVerdict } from "../../../installer/contract/audit.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { useSearchState } from "../../parts/search-state.ts";
import { command } from "../../state/commands.ts";
import { formatDuration, formatTime } from "../../state/format.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { Status, type Tone } from "../../ui/status.tsx";

const PAGE = 100;
const tones: Readonly<Record<AuditOutcome, Tone>> = {
  succeeded: "ok",
  failed: "bad",
  refused: "warn",
  cancelled: "off",
  unknown: "warn",
};
const outcomes: readonly AuditOutcome[] = ["succeeded", "failed", "refused", "cancelled", "unknown"];

/** Who did what: searched, checked for edits, exported with its chain of hashes. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const [text, setText] = useSearchState("q");
  const [user, setUser] = useSearchState("user");
  const [outcome, setOutcome] = useSearchState("outcome");
  const filter = {
    ...(text === "" ? {} : { text }),
    ...(user === "" ? {} : { user }),
    ...(outcome === "" ? {} : { outcome: outcome as AuditOutcome }),
  };
  const pages = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list(
        { ...filter, limit: PAGE, ...(pageParam === 0 ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.seq),
    placeholderData: (before) => before,
  });
  return (
    <Page title={t("shell.pages.audit")} actions={<Export />}>
      <Verify />
      <div className="section">
        <div className="row audit-filter">
          <Input
            aria-label={t("audit.text")}
            placeholder={t("audit.text")}
            className="filter"
            value={text}
            allowClear
            onChange={(event) => setText(event.target.value)}
          />
          <Input
            aria-label={t("audit.user")}
            placeholder={t("audit.user")}
            className="filter"
            value={user}
            allowClear
            onChange={(event) => setUser(event.target.value)}
          />
          <Select
            aria-label={t("audit.outcome")}
            value={outcome}
            onChange={setOutcome}
            popupMatchSelectWidth={false}
            options={[
              { value: "", label: t("audit.anyOutcome") },
              ...outcomes.map((value) => ({ value, label: t(`audit.outcomes.${value}`) })),
            ]}
          />
        </div>
        {pages.error === null ? null : <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.data === undefined ? (
          <p role="status">{t("ui.loading")}</p>
        ) : (
          <Actions actions={pages.data.pages.flat()} />
        )}
        {pages.hasNextPage ? (
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("audit.more")}
          </Button>
        ) : null}
      </div>
      <CliCommand command={command.auditList()} />
    </Page>
  );
};

const Actions = ({ actions }: { readonly actions: readonly AuditAction[] }): ReactNode => {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("shell.pages.audit")}
      rows={actions}
      rowKey={({ seq }) => String(seq)}
      empty={t("audit.none")}
      columns={[
        { key: "seq", title: t("audit.number"), align: "right", narrow: true, render: ({ seq }) => seq },
        { key: "at", title: t("audit.at"), narrow: true, render: ({ at }) => formatTime(at) },
        { key: "user", title: t("audit.user"), render: ({ user }) => user },
        {
          key: "via",
          title: t("audit.from"),
          render: ({ via, address }) => `${t(`audit.via.${via}`)} ${address}`,
        },
        { key: "action", title: t("audit.action"), render: ({ action }) => <code>{action}</code> },
        { key: "object", title: t("audit.object"), render: ({ object }) => object },
        {
          key: "outcome",
          title: t("audit.outcome"),
          render: ({ outcome, reason }) =>
            outcome === undefined ? (
              <Status tone="busy">{t("audit.underWay")}</Status>
            ) : (
              <>
                <Status tone={tones[outcome]}>{t(`audit.outcomes.${outcome}`)}</Status>{" "}
                {reason === undefined ? null : <code>{reason}</code>}
              </>
            ),
        },
        {
          key: "duration",
          title: t("audit.duration"),
          align: "right",
          narrow: true,
          render: ({ durationMs }) => (durationMs === undefined ? "" : formatDuration(durationMs)),
        },
      ]}
    />
  );
};

const Export = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async (format: "json" | "csv"): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const parts: string[] = [];
      for await (const item of await client.audit.export({ format }))
        if (item.kind === "text") parts.push(item.text);
      saveFile(`audit.${format}`, parts.join(""));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {error === undefined ? null : <Failure error={error} />}
      {(["json", "csv"] as const).map((format) => (
        <Button
          key={format}
          loading={busy}
          disabled={!may(caller, "administrator")}
          title={command.auditExport(format)}
          onClick={() => void save(format)}
        >
          {t("audit.export", { format: format.toUpperCase() })}
        </Button>
      ))}
    </>
  );
};

const Verify = (): ReactNode => {
  const { t } = useTranslation();
  const [verdict, setVerdict] = useState<AuditVerdict>();
  const [error, setError] = useState<unknown>();
  const verify = (): void => {
    setError(undefined);
    client.audit.verify().then(setVerdict, setError);
  };
  return (
    <div className="section">
      <div className="row">
        <Button size="small" onClick={verify}>
          {t("audit.verify")}
        </Button>
        {verdict === undefined ? (
          <span className="muted">{t("audit.verifyHint")}</span>
        ) : verdict.whole ? (
          <Status tone="ok">{t("audit.whole", { entries: verdict.entries })}</Status>
        ) : (
          <Status tone="bad">
            {t("audit.broken", { count: verdict.findings.length, seq: verdict.findings[0]?.seq ?? 0 })}
          </Status>
        )}
        <span className="grow" />
        <CliCommand command={command.auditVerify()} />
      </div>
      {error === undefined ? null : <Failure error={error} onRetry={verify} />}
    </div>
  );
};
