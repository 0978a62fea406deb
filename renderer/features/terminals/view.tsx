import { Button } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Terminal } from "../../../installer/contract/terminal.ts";
import { useConnection } from "../../engine/engine.ts";
import { TerminalLink, type TerminalLinkState } from "../../engine/terminal-link.ts";
import { useAppearance } from "../../theme/appearance.ts";
import { nameOf } from "./names.ts";
import { Standing } from "./standing.tsx";
import { openScreen, type Screen } from "./xterm.ts";

const FIT_MS = 60;

/** One terminal: its screen, and how it stands. It stays connected while another tab is looked at. */
export const TerminalView = ({
  terminal,
  isActive,
  actions,
}: {
  readonly terminal: Terminal;
  readonly isActive: boolean;
  readonly actions: ReactNode;
}): ReactNode => {
  const { t } = useTranslation();
  const { shown: appearance } = useAppearance();
  const connection = useConnection();
  const box = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen>(undefined);
  const link = useRef<TerminalLink>(undefined);
  const [state, setState] = useState<TerminalLinkState>({ kind: "connecting" });
  const [lostOutput, setLostOutput] = useState(false);
  const label = t("terminals.input", { terminal: nameOf(terminal.target) });
  const { id } = terminal;

  useEffect(() => {
    if (box.current === null) return undefined;
    const opened = openScreen(box.current, { appearance, label });
    const made = new TerminalLink(id, {
      output: (bytes, done) => opened.terminal.write(bytes, done),
      restart: (lost) => {
        opened.terminal.reset();
        setLostOutput(lost);
      },
      state: setState,
    });
    screen.current = opened;
    link.current = made;
    opened.terminal.onData((text) => made.input(text));
    // What programs send as bytes (old mouse reports) is no text.
    opened.terminal.onBinary((text) => made.input(text));
    opened.terminal.onResize(({ cols, rows }) => made.resize(cols, rows));
    opened.terminal.attachCustomKeyEventHandler((event) => !ownKey(event, opened, box.current));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => opened.fit(), FIT_MS);
    });
    observer.observe(box.current);
    opened.fit();
    made.resize(opened.terminal.cols, opened.terminal.rows);
    made.open();
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      made.close();
      opened.dispose();
    };
    // The look and the language of a screen that is open are changed below.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id]);

  useEffect(() => screen.current?.look(appearance), [appearance]);
  useEffect(() => screen.current?.terminal.textarea?.setAttribute("aria-label", label), [label]);
  useEffect(() => {
    if (connection === "open") link.current?.open();
  }, [connection]);
  useEffect(() => {
    if (!isActive) return;
    screen.current?.fit();
    screen.current?.terminal.focus();
  }, [isActive]);

  const copy = (): void => {
    const selected = screen.current?.terminal.getSelection() ?? "";
    if (selected !== "") void navigator.clipboard.writeText(selected);
    screen.current?.terminal.focus();
  };
  const paste = async (): Promise<void> => {
    const text = await navigator.clipboard.readText().catch(() => "");
    screen.current?.terminal.paste(text);
    screen.current?.terminal.focus();
  };
  return (
    <div
      className="terminal-panel"
      role="tabpanel"
      id={`panel-${id}`}
      aria-labelledby={`tab-${id}`}
      hidden={!isActive}
    >
      <div className="row terminal-tools">
        <Standing terminal={terminal} state={state} lostOutput={lostOutput} />
        <span className="grow" />
        <Button size="small" onClick={copy} title={t("terminals.copyKeys")}>
          {t("ui.copy")}
        </Button>
        <Button size="small" onClick={() => void paste()} title={t("terminals.pasteKeys")}>
          {t("terminals.paste")}
        </Button>
        {actions}
      </div>
      <div className="terminal-screen" ref={box} data-state={state.kind} />
    </div>
  );
};

/** Keys that are the page's and not the program's: copying, and the way out for whoever has no mouse. */
const ownKey = (event: KeyboardEvent, screen: Screen, box: HTMLElement | null): boolean => {
  if (!event.ctrlKey || !event.shiftKey) return false;
  if (event.code === "KeyC") {
    if (event.type === "keydown") {
      event.preventDefault();
      void navigator.clipboard.writeText(screen.terminal.getSelection());
    }
    return true;
  }
  // Left to the browser, which pastes.
  if (event.code === "KeyV") return true;
  if (event.code !== "ArrowUp") return false;
  if (event.type === "keydown") {
    const tab = box?.closest(".terminals")?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
    tab?.focus();
  }
  return true;
};
