import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTitles } from "../../parts/catalogue.ts";
import { useSentence } from "../../parts/words.tsx";
import { formatDuration } from "../../state/format.ts";
import {
  blockKey,
  isOver,
  isUnderWay,
  laneState,
  type Block,
  type BlockState,
  type Lane,
  type Timeline,
} from "../../state/timeline.ts";
import { Status, type Tone } from "../../ui/status.tsx";
import { useNow } from "./use-now.ts";

const LANE_PX = 30;

/** Urgency of what a step does. */
export const toneOf: Readonly<Record<BlockState, Tone>> = {
  probing: "busy",
  applying: "busy",
  waiting: "warn",
  retrying: "warn",
  satisfied: "ok",
  applied: "ok",
  failed: "bad",
  skipped: "off",
  cancelled: "off",
};

/** A lane for each machine, its phases as blocks on one scale of time. Only lanes in view are drawn. */
export const Lanes = ({
  timeline,
  selected,
  onSelect,
}: {
  readonly timeline: Timeline;
  readonly selected: string;
  readonly onSelect: (machine: string) => void;
}): ReactNode => {
  const { t } = useTranslation();
  const lanes = useMemo(
    () =>
      [...timeline.lanes.values()].toSorted((a, b) =>
        a.machine.localeCompare(b.machine, "en", { numeric: true }),
      ),
    [timeline.lanes],
  );
  const running = !isOver(timeline) && timeline.lanes.size > 0;
  const now = useNow(running);
  const end = running ? Math.max(now, timeline.at) : (timeline.endedAt ?? timeline.at);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lanes.length,
    getScrollElement: () => box.current,
    estimateSize: () => LANE_PX,
    overscan: 8,
  });
  if (lanes.length === 0) return <div className="empty">{t("operations.noSteps")}</div>;
  const span = Math.max(1, end - timeline.startedAt);
  return (
    <div className="lanes" ref={box} role="region" aria-label={t("operations.timeline")} tabIndex={0}>
      <div className="lanes-all" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const lane = lanes[item.index];
          return lane === undefined ? null : (
            <div key={lane.machine} className="lane" style={{ transform: `translateY(${item.start}px)` }}>
              <LaneRow
                lane={lane}
                from={timeline.startedAt}
                span={span}
                isSelected={lane.machine === selected}
                onSelect={onSelect}
              />
            </div>
          );
        })}
      </div>
      <div className="lanes-scale" aria-hidden="true">
        <span>{"0"}</span>
        <span>{formatDuration(span / 2)}</span>
        <span>{formatDuration(span)}</span>
      </div>
    </div>
  );
};

const LaneRow = ({
  lane,
  from,
  span,
  isSelected,
  onSelect,
}: {
  readonly lane: Lane;
  readonly from: number;
  readonly span: number;
  readonly isSelected: boolean;
  readonly onSelect: (machine: string) => void;
}): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const titles = useTitles();
  const state = laneState(lane);
  const current = lane.blocks.findLast((block) => isUnderWay(block.state)) ?? lane.blocks.at(-1);
  const waiting = current?.state === "waiting" ? current.waiting : undefined;
  return (
    <>
      <button
        type="button"
        className="lane-name"
        aria-pressed={isSelected}
        onClick={() => onSelect(isSelected ? "" : lane.machine)}
      >
        <span className="lane-machine">
          {lane.machine === "@appliance" ? t("operations.appliance") : lane.machine}
        </span>
        <Status tone={toneOf[state]}>{t(`operations.block.${state}`)}</Status>
      </button>
      <div className="lane-track" aria-hidden="true">
        {lane.blocks.map((block) => (
          <BlockMark
            key={blockKey(block)}
            state={block.state}
            left={((block.startedAt - from) / span) * 100}
            width={(((block.endedAt ?? from + span) - block.startedAt) / span) * 100}
            title={titleOf(block, titles.phase(block.step.phase), from + span)}
          />
        ))}
      </div>
      <div className="lane-now" title={waiting === undefined ? undefined : sentence(waiting)}>
        {current === undefined
          ? ""
          : waiting === undefined
            ? titles.phase(current.step.phase)
            : t("operations.waitsFor", { what: sentence(waiting) })}
      </div>
    </>
  );
};

const titleOf = (block: Block, phase: string, end: number): string =>
  `${phase} · ${formatDuration((block.endedAt ?? end) - block.startedAt)}`;

const BlockMark = memo(
  ({
    state,
    left,
    width,
    title,
  }: {
    readonly state: BlockState;
    readonly left: number;
    readonly width: number;
    readonly title: string;
  }): ReactNode => (
    <span
      className={`block block-${state}`}
      title={title}
      style={{ left: `${left}%`, width: `${Math.max(0, width)}%` }}
    />
  ),
);
BlockMark.displayName = "BlockMark";
