import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

const SHOWN_MS = 1500;

/** Puts a text on the clipboard and says that it did. */
export const CopyButton = ({
  text,
  label,
}: {
  readonly text: string;
  readonly label?: string;
}): ReactNode => {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  const name = copied ? t("ui.copied") : (label ?? t("ui.copy"));
  return (
    <Button
      size="small"
      type="text"
      aria-label={name}
      title={name}
      icon={copied ? <CheckOutlined /> : <CopyOutlined />}
      onClick={() => void copy()}
    />
  );
};

/** The command that does the same as the page, ready to copy. */
export const CliCommand = ({ command }: { readonly command: string }): ReactNode => {
  const { t } = useTranslation();
  return (
    <div className="cli">
      <span className="cli-label">{t("ui.cli")}</span>
      <code>{command}</code>
      <CopyButton text={command} label={t("ui.copyCommand")} />
    </div>
  );
};
