import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Terminal } from "../../../installer/contract/terminal.ts";
import { client, query, REFRESH_MS } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { LinkButton } from "../../parts/link-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useSearchState } from "../../parts/search-state.ts";
import { command } from "../../state/commands.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Page } from "../../ui/page.tsx";
import { Status } from "../../ui/status.tsx";
import { nameOf, pathOf } from "./names.ts";
import { Others } from "./others.tsx";
import { TerminalView } from "./view.tsx";
import "./terminals.css";

/** One's terminals as tabs. They live in the engine: a reload or another browser shows the same ones. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const terminals = useQuery(query.terminals.list.queryOptions({ refetchInterval: REFRESH_MS }));
  return (
    <Page
      title={t("shell.pages.terminals")}
      actions={
        <>
          <LinkButton to="/recordings">{t("terminals.recordings")}</LinkButton>
          <LinkButton type="primary" to="/terminals/new">
            {t("terminals.new")}
          </LinkButton>
        </>
      }
    >
      <Loaded query={terminals}>
        {(all) => (
          <>
            <Tabs terminals={all.filter(({ own }) => own).toReversed()} />
            <Others terminals={all.filter(({ own, ending }) => !own && ending === undefined)} />
          </>
        )}
      </Loaded>
    </Page>
  );
};

const Tabs = ({ terminals }: { readonly terminals: readonly Terminal[] }): ReactNode => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [chosen, setChosen] = useSearchState("terminal");
  // A tab stays until it is put away, also when its terminal has ended or the engine has forgotten it.
  const [opened, setOpened] = useState<readonly Terminal[]>([]);
  const [putAway, setPutAway] = useState<ReadonlySet<string>>(new Set());
  const known = new Map([...opened, ...terminals].map((one) => [one.id, one]));
  const tabs = [...known.values()].filter(({ id }) => !putAway.has(id));
  if (terminals.some((one) => !opened.some(({ id }) => id === one.id))) setOpened([...known.values()]);
  const active = tabs.find(({ id }) => id === chosen) ?? tabs.at(-1);

  if (tabs.length === 0) {
    return (
      <div className="section">
        <p className="empty">{t("terminals.none")}</p>
        <CliCommand command={command.terminalList()} />
      </div>
    );
  }
  const move = (event: KeyboardEvent, index: number): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    setChosen(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  const dismiss = (id: string): void => {
    setPutAway((before) => new Set([...before, id]));
    if (id === chosen) void navigate({ to: "/terminals", search: {}, replace: true });
  };
  return (
    <div className="terminals">
      <div className="terminal-tabs" role="tablist" aria-label={t("shell.pages.terminals")}>
        {tabs.map((one, index) => (
          <button
            key={one.id}
            type="button"
            role="tab"
            id={`tab-${one.id}`}
            aria-selected={one === active}
            aria-controls={`panel-${one.id}`}
            tabIndex={one === active ? 0 : -1}
            title={pathOf(one.target)}
            onClick={() => setChosen(one.id)}
            onKeyDown={(event) => move(event, index)}
          >
            {nameOf(one.target)}
            {one.ending === undefined ? null : <Status tone="off">{t("terminals.endedTab")}</Status>}
          </button>
        ))}
      </div>
      {tabs.map((one) => (
        <TerminalView
          key={one.id}
          terminal={one}
          isActive={one === active}
          actions={
            <Action
              label={t("terminals.close")}
              size="small"
              danger={one.ending === undefined}
              consequence={t(one.ending === undefined ? "terminals.closeConsequence" : "terminals.putAway")}
              command={() => command.terminalClose(one.id)}
              run={async () => {
                if (one.ending === undefined)
                  await client.terminals.close({ terminal: one.id }).catch(() => undefined);
                dismiss(one.id);
              }}
            />
          }
        />
      ))}
      <div className="row terminal-foot">
        <span className="muted">{t("terminals.keys")}</span>
        <span className="grow" />
        {active === undefined ? null : <CliCommand command={command.shell(active.target, active.why)} />}
      </div>
    </div>
  );
};
