import { Button, Form, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { door, queries } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { Status } from "../../ui/status.tsx";

interface Fields {
  readonly current: string;
  readonly next: string;
}

/** Sets another password; other sessions end by that. */
export const ChangePassword = (): ReactNode => {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const [state, setState] = useState<{ readonly done?: true; readonly error?: unknown }>({});
  const change = async (fields: Fields): Promise<void> => {
    setState({});
    try {
      await door.auth.changePassword(fields);
      form.resetFields();
      setState({ done: true });
      await queries.invalidateQueries();
    } catch (error) {
      setState({ error });
    }
  };
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="narrow-form"
      onFinish={(fields) => void change(fields)}
    >
      {state.error === undefined ? null : <Failure error={state.error} />}
      {state.done === true ? <Status tone="ok">{t("settings.passwordChanged")}</Status> : null}
      <Form.Item
        name="current"
        label={t("settings.current")}
        rules={[{ required: true, message: t("door.passwordNeeded") }]}
      >
        <Input.Password autoComplete="current-password" maxLength={1024} />
      </Form.Item>
      <Form.Item
        name="next"
        label={t("door.newPassword")}
        rules={[{ required: true, message: t("door.passwordNeeded") }]}
      >
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
      <Button htmlType="submit">{t("settings.change")}</Button>
    </Form>
  );
};
