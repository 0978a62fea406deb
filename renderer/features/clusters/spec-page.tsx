import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Plan } from "../../../installer/contract/operation.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { Failure } from "../../parts/failure.tsx";
import { command } from "../../state/commands.ts";
import { may } from "../../state/permission.ts";
import { readSpec, valueAt } from "../../state/spec-document.ts";
import { CliCommand, CopyButton } from "../../ui/copy.tsx";
import { Page } from "../../ui/page.tsx";
import { PlanView } from "./plan-view.tsx";
import { SpecEditor } from "./spec-editor.tsx";
import "./clusters.css";

/** A spec that is written, judged, planned and applied. What is typed outlives a reload in this tab. */
export const SpecPage = ({
  title,
  draftKey,
  original,
  isStale,
}: {
  readonly title: string;
  readonly draftKey: string;
  readonly original: string;
  /** Whether somebody else has applied another spec since this one was opened. */
  readonly isStale?: (() => Promise<boolean>) | undefined;
}): ReactNode => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const caller = useCaller();
  const [text, setText] = useState(() => sessionStorage.getItem(draftKey) ?? original);
  const [valid, setValid] = useState<"valid" | "invalid" | "unknown">("unknown");
  const [planned, setPlanned] = useState<{ readonly text: string; readonly plan: Plan }>();
  const [stale, setStale] = useState(false);
  const found = valueAt(readSpec(text), ["name"]);
  const cluster = typeof found === "string" ? found : "";
  const file = `${cluster === "" ? "cluster" : cluster}.yaml`;
  const allowed = may(caller, "operator", cluster === "" ? undefined : cluster);
  const spec = { file, text };
  const plan = useMutation({
    mutationFn: () => client.operations.plan({ workflow: "bootstrap", spec }),
    onSuccess: (made) => setPlanned({ text, plan: made }),
  });
  const change = (next: string): void => {
    setText(next);
    sessionStorage.setItem(draftKey, next);
  };
  const isPlanned = planned?.text === text;
  const start = async (workflow: "bootstrap" | "check"): Promise<void> => {
    if (workflow === "bootstrap" && (await isStale?.()) === true && !stale) {
      setStale(true);
      throw new Error(t("clusters.stale"));
    }
    const confirmation = planned?.plan.confirmation;
    const started = await client.operations.start({
      workflow,
      spec,
      ...(workflow === "bootstrap" && confirmation !== undefined ? { confirmation } : {}),
    });
    if (workflow === "bootstrap") sessionStorage.removeItem(draftKey);
    await navigate({ to: "/operations/$id", params: { id: started.id } });
  };
  const common = { disabled: !allowed || valid !== "valid", title: allowed ? undefined : t("ui.notAllowed") };
  const confirmation = isPlanned ? planned.plan.confirmation : undefined;
  return (
    <Page
      title={title}
      actions={
        <>
          <CopyButton text={text} label={t("clusters.copyYaml")} />
          <Action
            {...common}
            label={t("clusters.check")}
            consequence={t("clusters.checkConsequence")}
            command={() => command.clusterCheck(file)}
            run={() => start("check")}
          />
          <Button {...common} loading={plan.isPending} onClick={() => plan.mutate()}>
            {t("clusters.makePlan")}
          </Button>
          <Action
            {...common}
            disabled={common.disabled || !isPlanned}
            title={isPlanned ? common.title : t("clusters.planFirst")}
            primary
            label={t("clusters.apply")}
            consequence={
              isPlanned
                ? t("clusters.applyConsequence", {
                    needed: planned.plan.summary.needed + planned.plan.summary.blocked,
                    destructive: planned.plan.summary.destructive,
                  })
                : ""
            }
            {...(confirmation === undefined ? {} : { confirmation })}
            danger={confirmation !== undefined}
            command={() => command.clusterApply(file)}
            run={() => start("bootstrap")}
          />
        </>
      }
    >
      {stale ? <Alert type="warning" showIcon title={t("clusters.stale")} className="problem" /> : null}
      {plan.error === null ? null : <Failure error={plan.error} onRetry={() => plan.mutate()} />}
      {planned === undefined ? null : isPlanned ? (
        <PlanView plan={planned.plan} />
      ) : (
        <Alert type="info" showIcon title={t("clusters.planOld")} className="problem" />
      )}
      <SpecEditor text={text} onChange={change} onVerdict={setValid} />
      <CliCommand command={command.clusterPlan(file)} />
    </Page>
  );
};
