import { App, ConfigProvider, theme } from "antd";
import type { Locale } from "antd/es/locale/index.js";
import type { ReactNode } from "react";
import { useAppearance } from "./appearance.ts";

/** The nonce this page was served with: the policy lets no other styles in that a library makes. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

const shared = {
  borderRadius: 4,
  fontSize: 13,
  controlHeight: 28,
  controlHeightSM: 24,
  wireframe: false,
  motion: false,
  fontFamily: "var(--font)",
  fontFamilyCode: "var(--mono)",
};

const colors = {
  light: {
    colorPrimary: "#1a56b0",
    colorError: "#b42318",
    colorSuccess: "#116329",
    colorWarning: "#7d4e00",
    colorLink: "#1a56b0",
    colorTextBase: "#1b1f24",
    colorBgBase: "#ffffff",
    colorTextPlaceholder: "#5f6873",
    colorTextDescription: "#4f5863",
    colorTextDisabled: "#6b747f",
  },
  dark: {
    colorPrimary: "#3470d2",
    colorError: "#ff8b82",
    colorSuccess: "#56d364",
    colorWarning: "#e3b341",
    colorLink: "#7db3ff",
    colorTextBase: "#e6e9ed",
    colorBgBase: "#12161b",
    colorTextPlaceholder: "#98a2ad",
    colorTextDescription: "#a3adb8",
    colorTextDisabled: "#88929d",
  },
};

/** The look of everything below it. */
export const Theme = ({
  locale,
  children,
}: {
  readonly locale: Locale;
  readonly children: ReactNode;
}): ReactNode => {
  const { shown } = useAppearance();
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={locale}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: shown === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...shared, ...colors[shown] },
        // Light red reads well as text on dark, and needs dark text on itself.
        components: { Button: { dangerColor: shown === "dark" ? "#12161b" : "#ffffff" } },
      }}
    >
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
};
