import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import type { OperationStatus } from "../../../installer/contract/operation.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { command } from "../../state/commands.ts";
import { may } from "../../state/permission.ts";

/** What an operator may decide about an operation as it stands. */
export const Decisions = ({
  operation,
  status,
  onDecided,
}: {
  readonly operation: Operation;
  readonly status: OperationStatus;
  readonly onDecided: () => void;
}): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const { id, cluster } = operation;
  const allowed = may(caller, "operator", cluster);
  const common = { disabled: !allowed, title: allowed ? undefined : t("ui.notAllowed") };
  const then = async (call: Promise<unknown>): Promise<void> => {
    await call;
    onDecided();
  };
  return (
    <>
      {status === "running" ? (
        <Action
          {...common}
          label={t("operations.pause")}
          consequence={t("operations.pauseConsequence")}
          reason="optional"
          command={(why) => command.pause(id, why)}
          run={(why) => then(client.operations.pause({ id, why }))}
        />
      ) : null}
      {status === "paused" || status === "failed" || status === "cancelled" ? (
        <Action
          {...common}
          primary
          label={t(status === "paused" ? "operations.resume" : "operations.retryAll")}
          consequence={t("operations.resumeConsequence")}
          reason="optional"
          command={(why) => (status === "paused" ? command.resume(id, why) : command.retry(id, undefined))}
          run={(why) => then(client.operations.resume({ id, why }))}
        />
      ) : null}
      {status === "running" || status === "paused" ? (
        <Action
          {...common}
          danger
          label={t("operations.cancel")}
          consequence={t("operations.cancelConsequence")}
          reason="optional"
          command={(why) => command.cancel(id, why)}
          run={(why) => then(client.operations.cancel({ id, why }))}
        />
      ) : null}
    </>
  );
};

/** Try a machine again, or go on without it or a step of it. */
export const MachineDecisions = ({
  operation,
  machine,
  phase,
  onDecided,
}: {
  readonly operation: Operation;
  readonly machine: string;
  /** The step that failed; without it the whole machine is skipped. */
  readonly phase?: string | undefined;
  readonly onDecided: () => void;
}): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const { id, cluster } = operation;
  const allowed = may(caller, "operator", cluster);
  const common = {
    disabled: !allowed,
    title: allowed ? undefined : t("ui.notAllowed"),
    size: "small" as const,
  };
  const then = async (call: Promise<unknown>): Promise<void> => {
    await call;
    onDecided();
  };
  return (
    <span className="row">
      <Action
        {...common}
        label={t("operations.retryMachine", { machine })}
        consequence={t("operations.retryConsequence", { machine })}
        reason="optional"
        command={() => command.retry(id, machine)}
        run={(why) => then(client.operations.resume({ id, why, machine }))}
      />
      <Action
        {...common}
        label={t("operations.skipMachine", { machine })}
        consequence={t("operations.skipConsequence", { machine })}
        reason="required"
        command={(why) => command.skip(id, { machine, phase }, why)}
        run={(why) =>
          then(client.operations.skip({ id, machine, why, ...(phase === undefined ? {} : { phase }) }))
        }
      />
    </span>
  );
};
