import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { setLanguage } from "../i18n/start.ts";
import { languages } from "../state/language.ts";
import { setAppearance, useAppearance, type Appearance } from "../theme/appearance.ts";

const appearances: readonly Appearance[] = ["system", "light", "dark"];

/** Choices of language and appearance, kept in this browser. */
export const Preferences = (): ReactNode => {
  const { t, i18n } = useTranslation();
  const { chosen } = useAppearance();
  return (
    <>
      <Select
        aria-label={t("shell.language")}
        value={i18n.language === "zh-CN" ? "zh-CN" : "en"}
        onChange={(language: "en" | "zh-CN") => void setLanguage(language)}
        options={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        popupMatchSelectWidth={false}
      />
      <Select
        aria-label={t("shell.appearance")}
        value={chosen}
        onChange={setAppearance}
        options={appearances.map((value) => ({ value, label: t(`shell.appearances.${value}`) }))}
        popupMatchSelectWidth={false}
      />
    </>
  );
};
