import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Preferences } from "../../parts/preferences.tsx";
import { command } from "../../state/commands.ts";
import { useCaller } from "../../engine/caller.tsx";
import { CliCommand } from "../../ui/copy.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { ChangePassword } from "./change-password.tsx";
import { OneTimeCodes } from "./one-time-codes.tsx";

/** What somebody sets for themselves. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { user } = useCaller();
  return (
    <Page title={t("shell.pages.settings")}>
      <Section title={t("settings.look")}>
        <div className="row">
          <Preferences />
        </div>
      </Section>
      <Section title={t("settings.password")}>
        <ChangePassword />
      </Section>
      <Section title={t("settings.totp")}>
        <OneTimeCodes />
      </Section>
      <CliCommand command={command.userReset(user)} />
    </Page>
  );
};
