import { Button, Input, Progress } from "antd";
import { useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ImportSummary } from "../../../installer/contract/api/bundles.ts";
import { useCaller } from "../../engine/caller.tsx";
import { offerFile } from "../../engine/desktop.ts";
import { client, queries } from "../../engine/engine.ts";
import { uploadBundle } from "../../engine/upload.ts";
import { Failure } from "../../parts/failure.tsx";
import { useWork } from "../../parts/work.ts";
import { command } from "../../state/commands.ts";
import { formatBytes } from "../../state/format.ts";
import { offeredBundle, onOffered } from "../../state/offered-bundle.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

/** Takes a bundle in: a file of this computer, chosen or dropped on the window, or one that the appliance can read itself. */
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
  const work = useWork<ImportSummary>();
  const { progress, result, error } = work;
  const chooser = useRef<HTMLInputElement>(null);
  const file = offered !== undefined && "file" in offered ? offered.file : undefined;
  const begin = async (): Promise<void> => {
    await work.run((signal) => client.bundles.import({ locations: [path.trim()] }, { signal }));
    await queries.invalidateQueries();
  };
  const bring = async (chosen: File): Promise<void> => {
    await work.run(async (signal) => uploadBundle(chosen, signal));
    await queries.invalidateQueries();
  };
  return (
    <Section title={t("bundles.import")}>
      <div className="stack" role="group" aria-label={t("bundles.import")}>
        <p className="muted">{t("bundles.importHint")}</p>
        <div className="row">
          <input
            ref={chooser}
            id="bundle-file"
            type="file"
            hidden
            onChange={({ target: { files } }) => files?.[0] !== undefined && offerFile(files[0])}
          />
          <Button disabled={!allowed || work.busy} onClick={() => chooser.current?.click()}>
            {t("bundles.choose")}
          </Button>
          {file === undefined ? (
            <span className="muted">{t("bundles.dropHint")}</span>
          ) : (
            <>
              <span className="grow">
                {t("bundles.offered", { file: file.name, size: formatBytes(file.size) })}
              </span>
              <Button
                id="bundle-bring"
                type="primary"
                disabled={!allowed}
                title={allowed ? undefined : t("ui.notAllowed")}
                loading={work.busy}
                onClick={() => void bring(file)}
              >
                {t("bundles.bring")}
              </Button>
            </>
          )}
        </div>
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
        {error === undefined ? null : (
          <Failure error={error} onRetry={() => void (file === undefined ? begin() : bring(file))} />
        )}
        {result === undefined ? null : (
          <Status tone="ok">
            {t("bundles.imported", {
              name: `${result.record.name}:${result.record.version}`,
              blobs: result.written,
            })}
          </Status>
        )}
        <CliCommand
          command={command.bundleImport(path.trim() === "" ? (file?.name ?? "FILE") : path.trim())}
        />
      </div>
    </Section>
  );
};
