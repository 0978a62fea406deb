import { Button, Form, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Caller } from "../../../installer/contract/accounts.ts";
import { isCode } from "../../../installer/contract/errors/index.ts";
import { door } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";

interface Fields {
  readonly user: string;
  readonly password: string;
  readonly code?: string;
}

/** Name and password, and a one-time code when the engine asks for one. What was typed stays when it is refused. */
export const Login = ({
  user,
  onEntered,
}: {
  /** Whose session ended. */
  readonly user?: string;
  readonly onEntered: (caller: Caller) => void;
}): ReactNode => {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [needsCode, setNeedsCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const enter = async ({ user, password, code = "" }: Fields): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const plain = code.trim();
      onEntered(
        await door.auth.login({
          user: user.trim(),
          password,
          ...(needsCode && plain !== "" ? { code: plain } : {}),
        }),
      );
    } catch (thrown) {
      if (isCode(thrown, "LOGIN_CODE_NEEDED") && !needsCode) setNeedsCode(true);
      else setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Fields>
      layout="vertical"
      requiredMark={false}
      initialValues={{ user }}
      onFinish={(fields) => void enter(fields)}
    >
      {error === undefined ? null : <Failure error={error} />}
      <Form.Item
        name="user"
        label={t("door.user")}
        rules={[{ required: true, message: t("door.userNeeded") }]}
      >
        <Input autoComplete="username" autoFocus={user === undefined} spellCheck={false} maxLength={100} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t("door.password")}
        rules={[{ required: true, message: t("door.passwordNeeded") }]}
      >
        <Input.Password autoComplete="current-password" autoFocus={user !== undefined} maxLength={1024} />
      </Form.Item>
      {needsCode ? (
        <Form.Item
          name="code"
          label={t("door.code")}
          extra={t("door.codeHint")}
          rules={[{ required: true, message: t("door.codeNeeded") }]}
        >
          <Input autoComplete="one-time-code" inputMode="numeric" autoFocus maxLength={40} />
        </Form.Item>
      ) : null}
      <Button type="primary" htmlType="submit" block loading={busy}>
        {t("door.signIn")}
      </Button>
    </Form>
  );
};
