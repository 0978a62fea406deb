import { Menu, nativeImage, Tray } from "electron";
import type { Language } from "../installer/contract/text.ts";
import { say } from "./words.ts";

/** What a click in the tray does. */
export interface TrayActions {
  show(): void;
  quit(): void;
}

/** The mark in the tray. */
export interface TrayMark {
  /** Says how operations stand. */
  tell(state: string, language: Language): void;
}

/** Puts a mark into the tray. Desktops without a tray show none, and the app works all the same. */
export const openTray = (icon: string, actions: TrayActions): TrayMark => {
  const tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 22, height: 22 }));
  tray.on("click", () => actions.show());
  let told = "";
  return {
    tell(state, language) {
      if (told === state + language) return;
      told = state + language;
      tray.setToolTip(`Slipway: ${state}`);
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: state, enabled: false },
          { type: "separator" },
          { label: say(language, "show"), click: () => actions.show() },
          { label: say(language, "quit"), click: () => actions.quit() },
        ]),
      );
    },
  };
};
