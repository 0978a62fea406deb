import { Progress } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { Failure } from "../../parts/failure.tsx";
import { useSentence } from "../../parts/words.tsx";
import { formatDuration, formatTime } from "../../state/format.ts";
import { blockKey, isOver, isUnderWay, type Block, type Timeline } from "../../state/timeline.ts";
import { Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { MachineDecisions } from "./decisions.tsx";
import { toneOf } from "./lanes.tsx";
import { useNow } from "./use-now.ts";

/** The steps of the machine that was chosen, with what each said. */
export const Steps = ({
  timeline,
  machine,
  operation,
  onDecided,
}: {
  readonly timeline: Timeline;
  readonly machine: string;
  readonly operation: Operation;
  readonly onDecided: () => void;
}): ReactNode => {
  const { t } = useTranslation();
  const now = useNow(!isOver(timeline));
  const lane = timeline.lanes.get(machine);
  if (lane === undefined) return null;
  return (
    <Section
      title={t("operations.stepsOf", {
        machine: machine === "@appliance" ? t("operations.appliance") : machine,
      })}
      aside={
        machine.startsWith("@") || isOver(timeline) ? null : (
          <MachineDecisions operation={operation} machine={machine} onDecided={onDecided} />
        )
      }
    >
      <ol className="steps">
        {lane.blocks.map((block) => (
          <li key={blockKey(block)}>
            <StepRow block={block} now={now} />
          </li>
        ))}
      </ol>
    </Section>
  );
};

const StepRow = ({ block, now }: { readonly block: Block; readonly now: number }): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const titles = useTitles();
  const { state, startedAt, endedAt, attempt, lines, progress, error, retry, decision, waiting } = block;
  return (
    <details className="step" open={isUnderWay(state) || state === "failed" ? true : undefined}>
      <summary>
        <span className="step-state">
          <Status tone={toneOf[state]}>{t(`operations.block.${state}`)}</Status>
        </span>
        <span className="step-title">{titles.phase(block.step.phase)}</span>
        <code className="muted step-id">{block.step.phase}</code>
        <span className="step-time">{formatDuration((endedAt ?? now) - startedAt)}</span>
      </summary>
      <div className="step-body stack">
        <span className="muted">{t("operations.attempt", { attempt, at: formatTime(startedAt) })}</span>
        {waiting === undefined ? null : <span>{t("operations.waitsFor", { what: sentence(waiting) })}</span>}
        {progress?.total === undefined ? null : (
          <Progress
            size="small"
            percent={Math.round((progress.done / Math.max(1, progress.total)) * 100)}
            aria-label={titles.phase(block.step.phase)}
          />
        )}
        {retry === undefined || !isUnderWay(state) ? null : (
          <>
            <span>
              {t("operations.retries", {
                attempt: attempt + 1,
                seconds: Math.max(0, Math.ceil((retry.at + retry.delayMs - now) / 1000)),
              })}
            </span>
            <Failure error={retry.error} />
          </>
        )}
        {error === undefined ? null : <Failure error={error} />}
        {decision === undefined ? null : (
          <span>{t("operations.decidedBy", { by: decision.by, why: decision.why })}</span>
        )}
        {lines.length === 0 ? null : (
          <pre tabIndex={0}>
            {lines.map(({ at, text }) => `${formatTime(at).slice(11)}  ${sentence(text)}`).join("\n")}
          </pre>
        )}
      </div>
    </details>
  );
};
