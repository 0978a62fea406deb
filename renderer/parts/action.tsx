import { Button, Input, Modal } from "antd";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "../engine/engine.ts";
import { CliCommand } from "../ui/copy.tsx";
import { layer } from "../ui/layer.ts";
import { Failure } from "./failure.tsx";

/** An action with a question before it. */
export interface ActionProps {
  readonly label: string;
  /** What follows from it, in full sentences. */
  readonly consequence: ReactNode;
  /** Whether a reason is asked for; it is recorded. */
  readonly reason?: "optional" | "required";
  /** Has to be typed before something is lost. */
  readonly confirmation?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Why it is not to be had; shown when the pointer rests on it. */
  readonly title?: string | undefined;
  readonly primary?: boolean;
  readonly size?: "small" | "middle";
  /** The command that does the same, with the reason typed so far. */
  readonly command: (why: string) => string;
  readonly run: (why: string) => Promise<unknown>;
}

const SHORTEST_REASON = 3;

/** A button that asks, says what follows, shows the command that does the same, and keeps what was typed if it fails. */
export const Action = (props: ActionProps): ReactNode => {
  const { label, consequence, reason, confirmation, command, run } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  const isReady =
    (reason !== "required" || why.trim().length >= SHORTEST_REASON) &&
    (confirmation === undefined || typed === confirmation);

  const act = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await run(why.trim());
      setOpen(false);
      setWhy("");
      setTyped("");
      await queries.invalidateQueries();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        danger={props.danger === true}
        type={props.primary === true ? "primary" : "default"}
        size={props.size ?? "middle"}
        disabled={props.disabled === true}
        title={props.title}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <Modal
        title={label}
        open={open}
        onCancel={() => setOpen(false)}
        onOk={() => void act()}
        okText={label}
        cancelText={t("ui.leave")}
        okButtonProps={{ disabled: !isReady, danger: props.danger === true }}
        confirmLoading={busy}
        destroyOnHidden
        getContainer={layer}
      >
        <div className="stack">
          <div>{consequence}</div>
          {reason === undefined ? null : (
            <div className="field">
              <label htmlFor={`${id}-why`}>
                {t(reason === "required" ? "ui.reasonRequired" : "ui.reasonOptional")}
              </label>
              <Input
                id={`${id}-why`}
                value={why}
                maxLength={1000}
                onChange={(event) => setWhy(event.target.value)}
              />
            </div>
          )}
          {confirmation === undefined ? null : (
            <div className="field">
              <label htmlFor={`${id}-typed`}>{t("ui.typeToConfirm", { text: confirmation })}</label>
              <Input id={`${id}-typed`} value={typed} onChange={(event) => setTyped(event.target.value)} />
            </div>
          )}
          {error === undefined ? null : <Failure error={error} />}
          <CliCommand command={command(why.trim())} />
        </div>
      </Modal>
    </>
  );
};
