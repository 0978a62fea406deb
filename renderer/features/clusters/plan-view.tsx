import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Plan } from "../../../installer/contract/operation.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { Failure } from "../../parts/failure.tsx";
import { useSentence } from "../../parts/words.tsx";
import { planByMachine, type PlanStep } from "../../state/plan.ts";
import { Facts, Section } from "../../ui/page.tsx";
import { Status, type Tone } from "../../ui/status.tsx";

const tones: Readonly<Record<PlanStep["state"], Tone>> = {
  satisfied: "ok",
  needed: "busy",
  blocked: "off",
  failed: "bad",
};

/** What would happen on which machine, what is lost by it, and what cannot be told yet. */
export const PlanView = ({ plan }: { readonly plan: Plan }): ReactNode => {
  const { t } = useTranslation();
  const { summary } = plan;
  return (
    <Section title={t("clusters.plan")}>
      <Facts
        rows={[
          [t("clusters.planned.needed"), summary.needed],
          [t("clusters.planned.destructive"), summary.destructive],
          [t("clusters.planned.satisfied"), summary.satisfied],
          [t("clusters.planned.blocked"), summary.blocked],
          [t("clusters.planned.failed"), summary.failed],
        ]}
      />
      {planByMachine(plan).map(({ machine, steps, destructive }) => (
        <details key={machine} className="spec-part" open={destructive > 0 || undefined}>
          <summary>
            <strong>{machine === "@appliance" ? t("operations.appliance") : machine}</strong>
            <span className="muted">
              {t("clusters.planCounts", {
                needed: steps.filter(({ state }) => state === "needed").length,
                total: steps.length,
              })}
            </span>
            {destructive === 0 ? null : (
              <Status tone="bad">{t("clusters.planDestroys", { count: destructive })}</Status>
            )}
          </summary>
          <ol className="steps">
            {steps.map((step) => (
              <PlanRow key={step.step.phase} step={step} />
            ))}
          </ol>
        </details>
      ))}
    </Section>
  );
};

const PlanRow = ({ step }: { readonly step: PlanStep }): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const titles = useTitles();
  const { state, effect, why, loss, blockedBy, error } = step;
  return (
    <li className="plan-step">
      <span className="plan-state">
        <Status tone={effect === "destroys" && state === "needed" ? "bad" : tones[state]}>
          {t(`clusters.planState.${state}`)}
        </Status>
      </span>
      <div className="grow">
        <span>{sentence(step.title)}</span>{" "}
        <span className="muted">
          {effect === "reads" ? "" : `${t(`clusters.effect.${effect}`)} · `}
          {why === undefined ? "" : sentence(why)}
          {blockedBy === undefined || blockedBy.length === 0
            ? ""
            : t("clusters.after", { what: titles.phase(blockedBy[0]?.phase ?? "") })}
        </span>
        {loss === undefined ? null : (
          <div>
            <Status tone="bad">{sentence(loss)}</Status>
          </div>
        )}
        {error === undefined ? null : <Failure error={error} />}
      </div>
    </li>
  );
};
