import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Caller } from "../../../installer/contract/accounts.ts";
import { door } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { formatTime } from "../../state/format.ts";

interface Fields {
  readonly user?: string;
  readonly password: string;
  readonly again: string;
}

/** Uses an enrolment link: a name when the link names nobody, and a password. */
export const Enrol = ({
  token,
  onEntered,
}: {
  readonly token: string;
  readonly onEntered: (caller: Caller) => void;
}): ReactNode => {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const link = useQuery({
    queryKey: ["enrolment", token],
    queryFn: () => door.auth.enrolment({ token }),
    retry: false,
  });
  if (link.error !== null) return <Failure error={link.error} onRetry={() => void link.refetch()} />;
  if (link.data === undefined) return <p role="status">{t("ui.loading")}</p>;
  const { user, grants, expiresAt } = link.data;
  const use = async (fields: Fields): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const name = user ?? fields.user?.trim();
      onEntered(
        await door.auth.enrol({
          token,
          password: fields.password,
          ...(name === undefined ? {} : { user: name }),
        }),
      );
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Fields> layout="vertical" requiredMark={false} onFinish={(fields) => void use(fields)}>
      <p>
        {t("door.enrolFor", {
          role: grants.site === undefined ? t("access.roles.none") : t(`access.roles.${grants.site}`),
          until: formatTime(expiresAt),
        })}
      </p>
      {error === undefined ? null : <Failure error={error} />}
      {user === undefined ? (
        <Form.Item
          name="user"
          label={t("door.user")}
          extra={t("door.userHint")}
          rules={[{ required: true, pattern: /^[a-z][a-z0-9._-]{0,31}$/, message: t("door.userHint") }]}
        >
          <Input autoComplete="username" autoFocus spellCheck={false} maxLength={32} />
        </Form.Item>
      ) : (
        <p>{t("door.enrolName", { user })}</p>
      )}
      <Form.Item
        name="password"
        label={t("door.newPassword")}
        rules={[{ required: true, message: t("door.passwordNeeded") }]}
      >
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("door.passwordAgain")}
        dependencies={["password"]}
        rules={[
          { required: true, message: t("door.passwordNeeded") },
          ({ getFieldValue }) => ({
            validator: (_rule, value) =>
              value === undefined || value === getFieldValue("password")
                ? Promise.resolve()
                : Promise.reject(new Error(t("door.passwordDiffers"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={busy}>
        {t("door.enrol")}
      </Button>
    </Form>
  );
};
