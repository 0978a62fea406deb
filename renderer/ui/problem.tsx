import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "./copy.tsx";

/** An error in words. */
export interface ProblemText {
  readonly code: string;
  readonly title: string;
  readonly hint: string;
  /** Where it happened. */
  readonly place?: string;
  /** Full output behind it. */
  readonly detail?: string;
}

/** What went wrong, what to do next, and the full output when there is some. */
export const ProblemNotice = ({
  problem,
  onRetry,
}: {
  readonly problem: ProblemText;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode => {
  const { t } = useTranslation();
  const { code, title, hint, place, detail } = problem;
  const report = [code, title, hint, place, detail].filter((part) => part !== undefined).join("\n");
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="problem"
      title={
        <span className="problem-title">
          {place === undefined ? "" : `${place}: `}
          {title}
        </span>
      }
      description={
        <div className="problem-body">
          <p>{hint}</p>
          {detail === undefined || detail === "" ? null : (
            <details>
              <summary>{t("ui.fullOutput")}</summary>
              <pre tabIndex={0}>{detail}</pre>
            </details>
          )}
          <div className="problem-foot">
            <code>{code}</code>
            <CopyButton text={report} label={t("ui.copyReport")} />
            {onRetry === undefined ? null : (
              <Button size="small" onClick={onRetry}>
                {t("ui.tryAgain")}
              </Button>
            )}
          </div>
        </div>
      }
    />
  );
};
