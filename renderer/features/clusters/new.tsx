import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { newSpec } from "../../state/spec-document.ts";
import { SpecPage } from "./spec-page.tsx";

/** A cluster that is to be made. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  return <SpecPage title={t("clusters.create")} draftKey="slipway.draft.new" original={newSpec("site-a")} />;
};
