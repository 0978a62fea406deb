import type { Duplex } from "node:stream";
import { ipcMain, type IpcMainEvent, type WebContents } from "electron";
import type { PageWord, ShellWord } from "../installer/contract/desktop.ts";
import { CHANNEL, readFromPage, type FromPage, type ToPage } from "./channel.ts";
import { EngineFailure, type EngineLink } from "./engine-link.ts";
import { isOwnPage } from "./policy.ts";

/** What the relay tells the rest of the shell. */
export interface RelayEvents {
  /** The page said something to the shell. */
  heard(word: PageWord): void;
}

/** So much may be on its way to a page that is slow; then the engine is held back. */
const WINDOW = 4 * 1024 * 1024;
const PIPES_AT_ONCE = 16;

interface Pipe {
  readonly send: (data: Uint8Array | string) => void;
  readonly taken: (count: number) => void;
  readonly close: () => void;
}

/**
 * Joins the pipes of one page to the engine's socket and to the shell. It carries bytes and knows no call. Only the main
 * frame of `page`, showing a page of ours, is listened to.
 */
export class Relay {
  readonly #page: WebContents;
  readonly #engine: EngineLink;
  readonly #events: RelayEvents;
  readonly #pipes = new Map<number, Pipe>();
  /** What is to be said once the page listens. */
  #unsaid: ShellWord[] = [];
  #shell: number | undefined;

  constructor(page: WebContents, engine: EngineLink, events: RelayEvents) {
    this.#page = page;
    this.#engine = engine;
    this.#events = events;
    const listen = (event: IpcMainEvent, message: unknown): void => {
      if (event.sender === page && isTrusted(event)) this.#take(readFromPage(message));
    };
    ipcMain.on(CHANNEL, listen);
    // A page that is loaded anew has forgotten its pipes.
    page.on("did-navigate", () => this.#closeAll());
    page.once("destroyed", () => {
      ipcMain.removeListener(CHANNEL, listen);
      this.#closeAll();
    });
  }

  /** Says something to the page, now or as soon as it listens. */
  tell(word: ShellWord): void {
    if (this.#shell === undefined) this.#unsaid.push(word);
    else this.#send({ id: this.#shell, kind: "data", data: JSON.stringify(word) });
  }

  #take(message: FromPage | undefined): void {
    if (message === undefined) return;
    const { id } = message;
    const pipe = this.#pipes.get(id);
    switch (message.kind) {
      case "open":
        if (pipe !== undefined || this.#pipes.size >= PIPES_AT_ONCE) return;
        if (message.name === "shell") this.#openShell(id);
        else void this.#openEngine(id);
        return;
      case "data":
        pipe?.send(message.data);
        return;
      case "taken":
        pipe?.taken(message.count);
        return;
      case "close":
        this.#pipes.delete(id);
        pipe?.close();
    }
  }

  #openShell(id: number): void {
    this.#shell = id;
    this.#pipes.set(id, {
      send: (data) => {
        const word = pageWord(data);
        if (word !== undefined) this.#events.heard(word);
      },
      taken: () => {},
      close: () => (this.#shell = undefined),
    });
    this.#send({ id, kind: "opened" });
    for (const word of this.#unsaid.splice(0)) this.tell(word);
  }

  async #openEngine(id: number): Promise<void> {
    let stream: Duplex | undefined;
    let isClosed = false;
    let underWay = 0;
    const early: (Uint8Array | string)[] = [];
    this.#pipes.set(id, {
      send: (data) => {
        if (stream === undefined) early.push(data);
        else stream.write(data);
      },
      taken: (count) => {
        underWay -= count;
        if (underWay < WINDOW / 2) stream?.resume();
      },
      close: () => {
        isClosed = true;
        stream?.destroy();
      },
    });
    const ended = (reason: Omit<Extract<ToPage, { kind: "closed" }>, "id" | "kind">): void => {
      if (this.#pipes.delete(id)) this.#send({ id, kind: "closed", ...reason });
    };
    try {
      stream = await this.#engine.open();
    } catch (error) {
      if (!(error instanceof EngineFailure)) ended({ why: "ended" });
      else ended({ why: error.outdated ? "outdated" : "ended", error: error.wire });
      return;
    }
    if (isClosed) {
      stream.destroy();
      return;
    }
    const opened = stream;
    opened.on("error", () => opened.destroy());
    opened.once("close", () => ended({ why: "ended" }));
    this.#send({ id, kind: "opened" });
    for (const data of early) opened.write(data);
    opened.on("data", (data: Buffer) => {
      underWay += data.byteLength;
      if (underWay > WINDOW) opened.pause();
      this.#send({ id, kind: "data", data: new Uint8Array(data) });
    });
  }

  #send(message: ToPage): void {
    if (!this.#page.isDestroyed()) this.#page.send(CHANNEL, message);
  }

  #closeAll(): void {
    const pipes = [...this.#pipes.values()];
    this.#pipes.clear();
    for (const pipe of pipes) pipe.close();
  }
}

/** Frames of a page are told apart since version 12; before that a page of ours can have none (`frame-src 'none'`). */
const isTrusted = (event: IpcMainEvent): boolean => {
  if (!("senderFrame" in event)) return isOwnPage((event as IpcMainEvent).sender.getURL());
  const { senderFrame } = event;
  return senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url);
};

const pageWord = (data: Uint8Array | string): PageWord | undefined => {
  if (typeof data !== "string") return undefined;
  try {
    const { kind, language } = JSON.parse(data) as Readonly<Record<string, unknown>>;
    if (kind === "language" && (language === "en" || language === "zh-CN")) return { kind, language };
  } catch {
    // Not a word of ours.
  }
  return undefined;
};
