import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { WireError } from "../../installer/contract/errors/index.ts";
import { problemOf } from "../engine/errors.ts";
import { problemText } from "../state/problem.ts";
import { ProblemNotice } from "../ui/problem.tsx";
import { useTitles } from "./catalogue.ts";

type Retry = (() => void) | undefined;

/** Anything that was thrown, in the operator's language. */
export const Failure = ({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: Retry;
}): ReactNode => {
  const { i18n } = useTranslation();
  const problem = problemOf(error);
  if (problem.phase !== undefined) return <FailedStep error={problem} onRetry={onRetry} />;
  return <ProblemNotice problem={problemText(problem, i18n.language)} onRetry={onRetry} />;
};

/** The same for what failed in a step, which is called by its title. */
const FailedStep = ({
  error,
  onRetry,
}: {
  readonly error: WireError;
  readonly onRetry: Retry;
}): ReactNode => {
  const { i18n } = useTranslation();
  const titles = useTitles();
  const phase = error.phase === undefined ? {} : { phase: titles.phase(error.phase) };
  return <ProblemNotice problem={problemText({ ...error, ...phase }, i18n.language)} onRetry={onRetry} />;
};
