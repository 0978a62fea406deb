import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea.js";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SpecVerdict } from "../../../installer/contract/api/specs.ts";
import { query } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { useSentence } from "../../parts/words.tsx";
import { readSpec, withValue } from "../../state/spec-document.ts";
import { Section } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { SpecFields } from "./spec-form.tsx";

const PAUSE_MS = 400;

/** A text, once it has not changed for a moment. */
const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
};

/** Form and YAML side by side: each shows what is changed in the other, and the engine judges the result. */
export const SpecEditor = ({
  text,
  onChange,
  onVerdict,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Told whether the text as it stands is a valid spec. */
  readonly onVerdict: (valid: "valid" | "invalid" | "unknown") => void;
}): ReactNode => {
  const { t } = useTranslation();
  const schema = useQuery(query.specs.schema.queryOptions({ staleTime: Infinity }));
  const settled = useSettled(text);
  const verdict = useQuery(
    query.specs.validate.queryOptions({
      input: { file: "cluster.yaml", text: settled },
      placeholderData: (before) => before,
    }),
  );
  const isCurrent = settled === text && !verdict.isPlaceholderData && verdict.data !== undefined;
  const valid = isCurrent ? (verdict.data.valid ? "valid" : "invalid") : "unknown";
  useEffect(() => onVerdict(valid), [valid, onVerdict]);
  const spec = readSpec(text);
  const area = useRef<TextAreaRef>(null);
  const goTo = (line: number): void => {
    const box = area.current?.resizableTextArea?.textArea;
    if (box === undefined) return;
    const from =
      text
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0);
    box.focus();
    box.setSelectionRange(from, text.indexOf("\n", from) === -1 ? text.length : text.indexOf("\n", from));
  };
  return (
    <div className="spec-editor">
      <Section title={t("clusters.form")}>
        <Loaded query={schema}>
          {(loaded) =>
            spec === undefined ? (
              <p className="empty">{t("clusters.noForm")}</p>
            ) : (
              <SpecFields
                schema={loaded}
                spec={spec}
                path={[]}
                change={(path, value) => onChange(withValue(text, path, value))}
              />
            )
          }
        </Loaded>
      </Section>
      <Section title={t("clusters.yaml")}>
        <Input.TextArea
          ref={area}
          aria-label={t("clusters.yaml")}
          className="mono"
          value={text}
          spellCheck={false}
          rows={28}
          onChange={(event) => onChange(event.target.value)}
        />
        <Loaded query={verdict}>{(found) => <Verdict verdict={found} onGo={goTo} />}</Loaded>
      </Section>
    </div>
  );
};

const Verdict = ({
  verdict,
  onGo,
}: {
  readonly verdict: SpecVerdict;
  readonly onGo: (line: number) => void;
}): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const problems = verdict.valid ? verdict.warnings : verdict.problems;
  return (
    <div className="stack verdict" aria-live="polite">
      {verdict.valid ? (
        <Status tone="ok">{t("clusters.valid")}</Status>
      ) : (
        <Status tone="bad">{t("clusters.invalid", { count: problems.length })}</Status>
      )}
      {problems.length === 0 ? null : (
        <ul className="problems">
          {problems.map((problem) => (
            <li key={`${problem.line}:${problem.column}:${problem.path}:${problem.message.en}`}>
              <button type="button" className="sort" onClick={() => onGo(problem.line)}>
                {t("clusters.line", { line: problem.line })}
              </button>
              <code>{problem.path}</code>
              <span>{sentence(problem.message)}</span>
              <span className="muted">{sentence(problem.allowed)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
