import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../ui/copy.tsx";
import { Page } from "../../ui/page.tsx";

/** Shown in place of a page that failed: what to do, and a report to send on. */
export const Crash = ({ error, reset }: ErrorComponentProps): ReactNode => {
  const { t } = useTranslation();
  const [at] = useState(() => new Date().toISOString());
  const report = [
    `page: ${location.pathname}`,
    `time: ${at}`,
    `browser: ${navigator.userAgent}`,
    `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  ].join("\n");
  return (
    <Page title={t("shell.crashTitle")}>
      <div className="section stack" role="alert">
        <p>{t("shell.crash")}</p>
        <div className="row">
          <Button type="primary" onClick={reset}>
            {t("ui.tryAgain")}
          </Button>
          <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>
          <span className="grow" />
          <CopyButton text={report} label={t("ui.copyReport")} />
        </div>
        <pre tabIndex={0}>{report}</pre>
      </div>
    </Page>
  );
};

/** Shown for addresses that are no page. */
export const NotFound = (): ReactNode => {
  const { t } = useTranslation();
  return (
    <Page title={t("shell.notFoundTitle")}>
      <div className="section">
        <p>{t("shell.notFound")}</p>
        <Link to="/">{t("shell.pages.overview")}</Link>
      </div>
    </Page>
  );
};
