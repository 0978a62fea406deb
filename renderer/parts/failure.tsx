import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../engine/errors.ts";
import { problemText } from "../state/problem.ts";
import { ProblemNotice } from "../ui/problem.tsx";

/** Anything that was thrown, in the operator's language. */
export const Failure = ({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode => {
  const { i18n } = useTranslation();
  return <ProblemNotice problem={problemText(problemOf(error), i18n.language)} onRetry={onRetry} />;
};
