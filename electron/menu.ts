import type { MenuItemConstructorOptions } from "electron";
import type { Language } from "../installer/contract/text.ts";
import { say, type Word } from "./words.ts";

/** What the menu does besides what the system does by itself. */
export interface MenuActions {
  go(path: string): void;
  importBundle(): void;
  quit(): void;
}

/** What the menu depends on. */
export interface MenuSettings {
  readonly language: Language;
  readonly isMac: boolean;
}

const pages: readonly (readonly [word: Word, path: string])[] = [
  ["overview", "/"],
  ["operations", "/operations"],
  ["clusters", "/clusters"],
  ["machines", "/machines"],
  ["bundles", "/bundles"],
];

/** The menu of the window, in the language of its page. */
export const menuTemplate = (
  { language, isMac }: MenuSettings,
  actions: MenuActions,
): MenuItemConstructorOptions[] => {
  const label = (word: Word): string => say(language, word);
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const role = (
    name: NonNullable<MenuItemConstructorOptions["role"]>,
    word: Word,
  ): MenuItemConstructorOptions => ({
    role: name,
    label: label(word),
  });
  const quit: MenuItemConstructorOptions = {
    label: label("quit"),
    accelerator: "CmdOrCtrl+Q",
    click: () => actions.quit(),
  };
  return [
    ...(isMac ? [{ label: "Slipway", submenu: [aboutItem(label("about"), actions), separator, quit] }] : []),
    {
      label: label("file"),
      submenu: [
        { label: label("importBundle"), accelerator: "CmdOrCtrl+O", click: () => actions.importBundle() },
        separator,
        role("close", "closeWindow"),
        ...(isMac ? [] : [quit]),
      ],
    },
    {
      label: label("edit"),
      submenu: [
        role("undo", "undo"),
        role("redo", "redo"),
        separator,
        role("cut", "cut"),
        role("copy", "copy"),
        role("paste", "paste"),
        role("selectAll", "selectAll"),
      ],
    },
    {
      label: label("view"),
      submenu: [
        role("reload", "reload"),
        separator,
        role("zoomIn", "zoomIn"),
        role("zoomOut", "zoomOut"),
        role("resetZoom", "actualSize"),
        separator,
        role("togglefullscreen", "fullScreen"),
      ],
    },
    {
      label: label("go"),
      submenu: pages.map(([word, path], index) => ({
        label: label(word),
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => actions.go(path),
      })),
    },
    { label: label("help"), submenu: [aboutItem(label("about"), actions)] },
  ];
};

const aboutItem = (label: string, actions: MenuActions): MenuItemConstructorOptions => ({
  label,
  click: () => actions.go("/about"),
});
