import { Button, Progress } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../../../installer/contract/api/bundles.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { useWork } from "../../parts/work.ts";
import { command } from "../../state/commands.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";

/** Checks every blob of the store, with its progress. */
export const Fsck = (): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const work = useWork<readonly Finding[]>();
  const [begun, setBegun] = useState(false);
  const { progress, result, error } = work;
  const begin = (): void => {
    setBegun(true);
    void work.run((signal) => client.bundles.fsck({ repair: "no" }, { signal }));
  };
  return (
    <Section
      title={t("bundles.verify")}
      aside={
        <Button size="small" disabled={!may(caller, "administrator")} loading={work.busy} onClick={begin}>
          {t("bundles.verifyNow")}
        </Button>
      }
    >
      <p className="muted">{t("bundles.verifyHint")}</p>
      {error === undefined ? null : <Failure error={error} onRetry={begin} />}
      {progress === undefined || !work.busy ? null : (
        <Progress
          percent={Math.round((progress.done / Math.max(1, progress.total)) * 100)}
          aria-label={t("bundles.verify")}
        />
      )}
      {result === undefined || !begun ? null : result.length === 0 ? (
        <Status tone="ok">{t("bundles.whole")}</Status>
      ) : (
        <ul className="attention">
          {result.map(({ digest, component, fault }) => (
            <li key={digest}>
              <Status tone="bad">{t(`bundles.fault.${fault}`)}</Status>
              <span>{component}</span>
              <code>{digest}</code>
            </li>
          ))}
        </ul>
      )}
      <CliCommand command={command.bundleFsck()} />
    </Section>
  );
};
