import { Button, Input, Select, Switch } from "antd";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLog } from "../../engine/kube-feed.ts";
import { Failure } from "../../parts/failure.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { Section } from "../../ui/page.tsx";
import "./workloads.css";

/** The end of a log is drawn; all that was read is searched and saved. */
const LINES_DRAWN = 2_000;
/** So near to its end a log counts as being at its end, in pixels. */
const NEAR_END = 40;

/** Which pod's log is shown. */
export interface LogProps {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly containers: readonly string[];
}

type Choice = "yes" | "no";

/** The log of a container: followed, searched, saved. */
export const Log = ({ cluster, namespace, pod, containers }: LogProps): ReactNode => {
  const { t } = useTranslation();
  const [chosen, setContainer] = useState<string>();
  const [follow, setFollow] = useState<Choice>("yes");
  const [previous, setPrevious] = useState<Choice>("no");
  const [words, setWords] = useState("");
  const container = chosen ?? containers[0] ?? "";
  const { text, error } = useLog({ cluster, namespace, pod, container, follow, previous });
  const lines = useMemo(() => {
    const all = text.replace(/\n$/, "").split("\n");
    const wanted = words.toLowerCase();
    return wanted === "" ? all : all.filter((line) => line.toLowerCase().includes(wanted));
  }, [text, words]);
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <Section
      title={t("workloads.log")}
      aside={
        <Button size="small" onClick={() => saveFile(`${pod}-${container}.log`, text)}>
          {t("ui.download")}
        </Button>
      }
    >
      <div className="stack">
        <div className="row">
          <Select
            aria-label={t("workloads.container")}
            value={container}
            onChange={setContainer}
            popupMatchSelectWidth={false}
            options={containers.map((value) => ({ value, label: value }))}
          />
          <Input
            className="filter"
            aria-label={t("workloads.search")}
            placeholder={t("workloads.search")}
            allowClear
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <Toggle label={t("workloads.follow")} value={follow} onChange={setFollow} />
          <Toggle label={t("workloads.previous")} value={previous} onChange={setPrevious} />
          <span className="muted" role="status">
            {t("workloads.lines", { count: lines.length })}
          </span>
        </div>
        {error === undefined ? null : <Failure error={error} />}
        <pre
          className="log"
          ref={box}
          role="log"
          tabIndex={0}
          aria-label={t("workloads.log")}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
          }}
        >
          {lines.slice(-LINES_DRAWN).join("\n")}
        </pre>
      </div>
    </Section>
  );
};

const Toggle = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
}): ReactNode => (
  <span className="row">
    <Switch
      size="small"
      aria-label={label}
      checked={value === "yes"}
      onChange={(on) => onChange(on ? "yes" : "no")}
    />
    <span aria-hidden="true">{label}</span>
  </span>
);
