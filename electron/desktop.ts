import { app, dialog, Menu, type BrowserWindow } from "electron";
import type { ShellWord } from "../installer/contract/desktop.ts";
import type { Language, Localized } from "../installer/contract/text.ts";
import { EngineLink } from "./engine-link.ts";
import { menuTemplate } from "./menu.ts";
import { notify } from "./notifications.ts";
import { isBusy, noticesBetween, trayText, type Told } from "./operations.ts";
import type { Places } from "./places.ts";
import { Relay } from "./relay.ts";
import { openTray, type TrayMark } from "./tray.ts";
import { watchOperations, workflowNames } from "./watch.ts";
import { focusWindow, openWindow } from "./window.ts";
import { languageOf, say } from "./words.ts";

/** The app once it is ready: one window, one mark in the tray, one way to the engine. */
export class Desktop {
  readonly #places: Places;
  readonly #engine: EngineLink;
  readonly #tray: TrayMark;
  #window: BrowserWindow | undefined;
  #relay: Relay | undefined;
  #language: Language;
  #operations: readonly Told[] | undefined;
  #names: ReadonlyMap<string, Localized> = new Map();

  constructor(places: Places) {
    this.#places = places;
    this.#engine = new EngineLink(places.engine);
    this.#language = languageOf(app.getLocale());
    this.#tray = openTray(places.icon, { show: () => this.show(), quit: () => app.quit() });
    this.#word();
    watchOperations(this.#engine, (operations) => void this.#look(operations));
  }

  /** Shows the window, at a page if one is named. */
  show(page?: string): void {
    if (this.#window === undefined) this.#open(page ?? "/");
    else {
      focusWindow(this.#window);
      if (page !== undefined) this.#tell({ kind: "go", path: page });
    }
  }

  /** True while the app has something to wait for although its window is closed. */
  get isNeeded(): boolean {
    return isBusy(this.#operations);
  }

  #open(page: string): void {
    const { preload, icon } = this.#places;
    const window = openWindow({ preload, icon, page });
    this.#window = window;
    this.#relay = new Relay(window.webContents, this.#engine, {
      heard: ({ language }) => {
        this.#language = language;
        this.#word();
      },
    });
    window.once("closed", () => {
      this.#window = undefined;
      this.#relay = undefined;
    });
  }

  #tell(word: ShellWord): void {
    this.#relay?.tell(word);
  }

  async #look(operations: readonly Told[] | undefined): Promise<void> {
    const before = this.#operations;
    this.#operations = operations ?? before;
    this.#tray.tell(trayText(operations, this.#language), this.#language);
    if (operations === undefined) return;
    if (this.#names.size === 0) this.#names = await workflowNames(this.#engine);
    const wording = { language: this.#language, workflows: this.#names };
    for (const notice of noticesBetween(before, operations, wording)) {
      notify(notice, (page) => this.show(page));
    }
  }

  /** Words the menu and the tray anew, in the language of the page. */
  #word(): void {
    const settings = { language: this.#language, isMac: process.platform === "darwin" };
    const template = menuTemplate(settings, {
      go: (path) => this.show(path),
      importBundle: () => void this.#chooseBundle(),
      quit: () => app.quit(),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
    this.#tray.tell(trayText(this.#operations, this.#language), this.#language);
  }

  async #chooseBundle(): Promise<void> {
    this.show();
    if (this.#window === undefined) return;
    const { filePaths } = await dialog.showOpenDialog(this.#window, {
      properties: ["openFile"],
      filters: [
        { name: say(this.#language, "bundleFiles"), extensions: ["tar", "part"] },
        { name: say(this.#language, "allFiles"), extensions: ["*"] },
      ],
    });
    const [path] = filePaths;
    if (path !== undefined) this.#tell({ kind: "bundle", path });
  }
}
