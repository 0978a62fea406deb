import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, QRCode } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TotpSecret } from "../../../installer/contract/api/auth.ts";
import { client, query } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { Status } from "../../ui/status.tsx";

/** One-time codes: begun with the password, counted once a code of the app was seen, with recovery codes shown once. */
export const OneTimeCodes = (): ReactNode => {
  const { t } = useTranslation();
  const me = useQuery(query.auth.me.queryOptions());
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [secret, setSecret] = useState<TotpSecret>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [error, setError] = useState<unknown>();
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    setError(undefined);
    try {
      await act();
      await me.refetch();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const begin = (): Promise<void> =>
    attempt(async () => {
      setSecret(await client.auth.beginTotp({ password }));
      setPassword("");
    });
  const confirm = (): Promise<void> =>
    attempt(async () => {
      setCodes((await client.auth.confirmTotp({ code: code.trim() })).codes);
      setSecret(undefined);
      setCode("");
    });
  const end = (): Promise<void> =>
    attempt(async () => {
      await client.auth.endTotp({ password });
      setPassword("");
      setCodes(undefined);
    });
  const isOn = me.data?.totp === true;
  return (
    <div className="stack narrow-form">
      <Status tone={isOn ? "ok" : "off"}>{t(isOn ? "settings.totpOn" : "settings.totpOff")}</Status>
      {error === undefined ? null : <Failure error={error} />}
      {codes === undefined ? null : (
        <Alert
          type="warning"
          showIcon
          title={t("settings.recovery")}
          description={
            <>
              <pre tabIndex={0}>{codes.join("\n")}</pre>
              <CopyButton text={codes.join("\n")} />
            </>
          }
        />
      )}
      {secret === undefined ? (
        <div className="row">
          <Input.Password
            aria-label={t("door.password")}
            placeholder={t("door.password")}
            autoComplete="current-password"
            className="filter"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button disabled={password === ""} danger={isOn} onClick={() => void (isOn ? end() : begin())}>
            {t(isOn ? "settings.totpEnd" : "settings.totpBegin")}
          </Button>
        </div>
      ) : (
        <>
          <p>{t("settings.scan")}</p>
          <QRCode type="svg" value={secret.uri} />
          <span className="row">
            <code>{secret.secret}</code>
            <CopyButton text={secret.secret} />
          </span>
          <div className="row">
            <Input
              aria-label={t("door.code")}
              placeholder={t("door.code")}
              inputMode="numeric"
              autoComplete="one-time-code"
              className="filter"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
            <Button type="primary" disabled={code.trim() === ""} onClick={() => void confirm()}>
              {t("settings.totpConfirm")}
            </Button>
          </div>
        </>
      )}
    </div>
  );
};
