import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Terminal } from "../../../installer/contract/terminal.ts";
import type { TerminalLinkState } from "../../engine/terminal-link.ts";
import { Failure } from "../../parts/failure.tsx";
import { Status, type Tone } from "../../ui/status.tsx";
import { pathOf } from "./names.ts";
import { searchOf } from "./search.ts";

const tones: Readonly<Record<TerminalLinkState["kind"], Tone>> = {
  connecting: "busy",
  open: "ok",
  lost: "warn",
  gone: "off",
  forbidden: "bad",
  flooded: "warn",
  "signed-out": "warn",
  over: "off",
};

/** How a view of a terminal stands, and what to do next when it is over. */
export const Standing = ({
  terminal,
  state,
  lostOutput,
}: {
  readonly terminal: Terminal;
  readonly state: TerminalLinkState;
  readonly lostOutput: boolean;
}): ReactNode => {
  const { t } = useTranslation();
  const isOver = state.kind === "over" || state.kind === "gone" || state.kind === "forbidden";
  const error = state.kind === "over" ? state.ending.error : undefined;
  return (
    <>
      <span role="status" className="row">
        <Status tone={tones[state.kind]}>
          {state.kind === "over"
            ? t(`terminals.ended.${state.ending.reason}`, { exit: state.ending.exit ?? "–" })
            : t(`terminals.states.${state.kind}`)}
        </Status>
        <code>{pathOf(terminal.target)}</code>
        {lostOutput ? <span className="muted">{t("terminals.lostOutput")}</span> : null}
      </span>
      {isOver ? (
        <>
          <Link to="/terminals/new" search={searchOf(terminal.target, terminal.why)}>
            {t("terminals.openAgain")}
          </Link>
          <Link to="/recordings/$id" params={{ id: terminal.id }}>
            {t("terminals.replay")}
          </Link>
        </>
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
    </>
  );
};
