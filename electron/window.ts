import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, BrowserWindow, screen } from "electron";
import { PAGE_ORIGIN } from "./policy.ts";
import { placeOf, SMALLEST, type WindowState } from "./window-state.ts";

/** What a window is made with. */
export interface WindowParts {
  readonly preload: string;
  readonly icon: string;
  /** Page of the console to begin with. */
  readonly page: string;
}

/** Opens the window where it was left, showing a page of the console. */
export const openWindow = ({ preload, icon, page }: WindowParts): BrowserWindow => {
  const { area, maximized } = placeOf(kept(), areas());
  const window = new BrowserWindow({
    ...area,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: "Slipway",
    icon,
    autoHideMenuBar: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (maximized) window.maximize();
  window.once("ready-to-show", () => window.show());
  window.on("close", () => keep({ area: window.getNormalBounds(), maximized: window.isMaximized() }));
  void window.loadURL(`${PAGE_ORIGIN}${page}`);
  return window;
};

/** Brings a window to the front, whatever has become of it. */
export const focusWindow = (window: BrowserWindow): void => {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
};

const file = (): string => join(app.getPath("userData"), "window.json");

const kept = (): unknown => {
  try {
    return JSON.parse(readFileSync(file(), "utf8"));
  } catch {
    return undefined;
  }
};

const keep = (state: WindowState): void => {
  try {
    writeFileSync(file(), JSON.stringify(state));
  } catch {
    // The window opens in its usual place then.
  }
};

const areas = (): Parameters<typeof placeOf>[1] => {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  return [main.workArea, ...others.map(({ workArea }) => workArea)];
};
