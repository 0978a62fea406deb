import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Progress } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "../../../installer/contract/api/operations.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { useOperation } from "../../engine/operation-feed.ts";
import { useTitles } from "../../parts/catalogue.ts";
import { Failure } from "../../parts/failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { OperationState } from "../../parts/words.tsx";
import { command } from "../../state/commands.ts";
import { formatDuration, formatTime } from "../../state/format.ts";
import { isOver, type Timeline } from "../../state/timeline.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";
import { Decisions } from "./decisions.tsx";
import { Failures } from "./failures.tsx";
import { Lanes } from "./lanes.tsx";
import { Steps } from "./steps.tsx";
import { useNow } from "./use-now.ts";
import "./operations.css";

/** One operation, live. */
export const Content = (): ReactNode => {
  const { id = "" }: { readonly id?: string } = useParams({ strict: false });
  const operation = useQuery(
    query.operations.get.queryOptions({ input: { id }, refetchInterval: REFRESH_MS }),
  );
  return <Loaded query={operation}>{(found) => <Live key={id} operation={found} />}</Loaded>;
};

const Live = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const { t } = useTranslation();
  const titles = useTitles();
  const [run, setRun] = useState(0);
  const [machine, setMachine] = useSearchState("machine");
  const { timeline, error } = useOperation(operation, run);
  // A feed that still runs shows the decision by itself.
  const again = (): void => {
    if (isOver(timeline)) setRun(run + 1);
  };
  const known = timeline.lastSeq === 0 ? undefined : timeline;
  const status = known === undefined ? operation.status : timeline.status;
  return (
    <Page
      title={`${titles.workflow(operation.workflow)} · ${operation.cluster}`}
      state={<OperationState status={status} />}
      actions={<Decisions operation={operation} status={status} onDecided={again} />}
    >
      {error === undefined ? null : <Failure error={error} onRetry={() => setRun(run + 1)} />}
      {timeline.held === undefined ? null : <Failure error={timeline.held} />}
      <Section title={t("operations.course")}>
        <Summary operation={operation} timeline={timeline} />
      </Section>
      <Failures operation={operation} timeline={timeline} onDecided={again} />
      <Section title={t("operations.timeline")} aside={<Legend />}>
        <Lanes timeline={timeline} selected={machine} onSelect={setMachine} />
      </Section>
      <Steps timeline={timeline} machine={machine} operation={operation} onDecided={again} />
      <CliCommand command={command.operationShow(operation.id)} />
    </Page>
  );
};

const Summary = ({
  operation,
  timeline,
}: {
  readonly operation: Operation;
  readonly timeline: Timeline;
}): ReactNode => {
  const { t } = useTranslation();
  const over = isOver(timeline);
  const now = useNow(!over);
  const total = timeline.total === 0 ? operation.steps : timeline.total;
  const end = timeline.endedAt ?? operation.endedAt ?? now;
  return (
    <>
      <Facts
        rows={[
          [t("operations.id"), <code key="id">{operation.id}</code>],
          [t("operations.by"), operation.by],
          [t("operations.began"), formatTime(operation.createdAt)],
          [t("operations.duration"), formatDuration(end - operation.createdAt)],
          [t("operations.machines"), operation.machines.length],
          [t("operations.steps"), t("operations.ofTotal", { done: timeline.done, total })],
          ...(timeline.decision === undefined
            ? []
            : [
                [
                  t("operations.decision"),
                  [timeline.decision.by, timeline.decision.why].filter((part) => part !== "").join(": "),
                ] as const,
              ]),
        ]}
      />
      <Progress
        percent={total === 0 ? 0 : Math.round((timeline.done / total) * 100)}
        size="small"
        status={
          timeline.status === "failed" ? "exception" : timeline.status === "succeeded" ? "success" : "normal"
        }
        aria-label={t("operations.steps")}
      />
    </>
  );
};

const Legend = (): ReactNode => {
  const { t } = useTranslation();
  const kinds = ["applied", "satisfied", "applying", "waiting", "failed", "skipped"] as const;
  return (
    <span className="legend">
      {kinds.map((kind) => (
        <span key={kind}>
          <span className={`swatch block-${kind}`} aria-hidden="true" />
          {t(`operations.block.${kind}`)}
        </span>
      ))}
    </span>
  );
};
