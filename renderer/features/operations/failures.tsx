import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { Failure } from "../../parts/failure.tsx";
import { blockKey, failuresOf, type Block, type Timeline } from "../../state/timeline.ts";
import { problemText } from "../../state/problem.ts";
import { ProblemNotice } from "../../ui/problem.tsx";
import { Section } from "../../ui/page.tsx";
import { MachineDecisions } from "./decisions.tsx";

/** So many are shown in full; the timeline marks the others. */
const SHOWN = 20;

/** What failed, with what to do about it. */
export const Failures = ({
  operation,
  timeline,
  onDecided,
}: {
  readonly operation: Operation;
  readonly timeline: Timeline;
  readonly onDecided: () => void;
}): ReactNode => {
  const { t } = useTranslation();
  const failed = failuresOf(timeline);
  if (failed.length === 0) return null;
  return (
    <Section title={t("operations.failures", { count: failed.length })}>
      {failed.slice(0, SHOWN).map((block) => (
        <div key={blockKey(block)}>
          <Failed block={block} />
          <div className="failure-actions">
            <MachineDecisions
              operation={operation}
              machine={block.step.machine}
              phase={block.step.phase}
              onDecided={onDecided}
            />
          </div>
        </div>
      ))}
      {failed.length > SHOWN ? <p>{t("operations.moreFailures", { count: failed.length - SHOWN })}</p> : null}
    </Section>
  );
};

const Failed = ({ block }: { readonly block: Block }): ReactNode => {
  const { i18n } = useTranslation();
  const titles = useTitles();
  const { error, step } = block;
  if (error === undefined) return <Failure error={new Error(step.phase)} />;
  const place = `${step.machine} · ${titles.phase(step.phase)}`;
  return <ProblemNotice problem={{ ...problemText(error, i18n.language), place }} />;
};
