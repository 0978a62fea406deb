import { Alert, Button, Input, Progress } from "antd";
import { useState, useSyncExternalStore, type DragEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ImportSummary } from "../../../installer/contract/api/bundles.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client, queries } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { useWork } from "../../parts/work.ts";
import { command } from "../../state/commands.ts";
import { formatBytes } from "../../state/format.ts";
import { offeredBundle, onOffered } from "../../state/offered-bundle.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

/** Takes a bundle in from a place that the appliance can read. A file that is dropped here names itself. */
export const ImportPanel = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const allowed = may(caller, "administrator");
  const offered = useSyncExternalStore(onOffered, offeredBundle);
  const [edit, setEdit] = useState({
    of: undefined as typeof offered,
    path: "",
  });
  const path =
    edit.of === offered ? edit.path : offered !== undefined && "path" in offered ? offered.path : "";
  const [dropped, setDropped] = useState("");
  const work = useWork<ImportSummary>();
  const { progress, result, error } = work;
  const begin = async (): Promise<void> => {
    await work.run((signal) => client.bundles.import({ locations: [path.trim()] }, { signal }));
    await queries.invalidateQueries();
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file !== undefined) setDropped(file.name);
  };
  return (
    <Section title={t("bundles.import")}>
      <div
        className="stack"
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
        role="group"
        aria-label={t("bundles.import")}
      >
        <p className="muted">{t("bundles.importHint")}</p>
        {dropped === "" ? null : (
          <Alert type="info" showIcon title={t("bundles.dropped", { file: dropped })} />
        )}
        <div className="row">
          <Input
            id="bundle-path"
            className="grow"
            aria-label={t("bundles.path")}
            placeholder={t("bundles.pathExample")}
            value={path}
            disabled={!allowed}
            spellCheck={false}
            onChange={(event) => setEdit({ of: offered, path: event.target.value })}
          />
          <Button
            id="bundle-import"
            type="primary"
            disabled={!allowed || path.trim() === ""}
            title={allowed ? undefined : t("ui.notAllowed")}
            loading={work.busy}
            onClick={() => void begin()}
          >
            {t("bundles.importNow")}
          </Button>
        </div>
        {progress === undefined || !work.busy ? null : (
          <>
            <Progress
              percent={Math.round((progress.done / Math.max(1, progress.total)) * 100)}
              aria-label={t("bundles.import")}
            />
            <span className="muted">
              {progress.unit === "bytes"
                ? `${formatBytes(progress.done)} / ${formatBytes(progress.total)}`
                : `${progress.done} / ${progress.total}`}
            </span>
          </>
        )}
        {error === undefined ? null : <Failure error={error} onRetry={() => void begin()} />}
        {result === undefined ? null : (
          <Status tone="ok">
            {t("bundles.imported", {
              name: `${result.record.name}:${result.record.version}`,
              blobs: result.written,
            })}
          </Status>
        )}
        <CliCommand
          command={command.bundleImport(
            path.trim() === "" ? (dropped === "" ? "FILE" : dropped) : path.trim(),
          )}
        />
      </div>
    </Section>
  );
};
