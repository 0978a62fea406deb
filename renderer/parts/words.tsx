import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationStatus } from "../../installer/contract/operation.ts";
import type { Localized } from "../../installer/contract/text.ts";
import { inLanguage } from "../state/language.ts";
import { Status, type Tone } from "../ui/status.tsx";

const tones: Readonly<Record<OperationStatus, Tone>> = {
  running: "busy",
  paused: "warn",
  cancelling: "warn",
  succeeded: "ok",
  failed: "bad",
  cancelled: "off",
};

/** How an operation stands, in a word. */
export const OperationState = ({ status }: { readonly status: OperationStatus }): ReactNode => {
  const { t } = useTranslation();
  return <Status tone={tones[status]}>{t(`operations.status.${status}`)}</Status>;
};

/** Shows sentences of the engine in the language of the page. */
export const useSentence = (): ((sentence: Localized) => string) => {
  const { i18n } = useTranslation();
  return (sentence) => inLanguage(sentence, i18n.language);
};
