import { useParams } from "@tanstack/react-router";
import { Button, Select } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { loadRecording, type LoadedRecording } from "../../engine/recording.ts";
import { Failure } from "../../parts/failure.tsx";
import { saveFile } from "../../parts/save-file.ts";
import { command } from "../../state/commands.ts";
import { formatBytes, formatTime } from "../../state/format.ts";
import { clockText, type Cast } from "../../state/cast.ts";
import { useAppearance } from "../../theme/appearance.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";
import { pathOf } from "./names.ts";
import { Player } from "./playback.ts";
import { openScreen } from "./xterm.ts";
import "./terminals.css";

/** A recording, played. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { id = "" }: { readonly id?: string } = useParams({ strict: false });
  const [loaded, setLoaded] = useState<LoadedRecording>();
  const [received, setReceived] = useState(0);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const ending = new AbortController();
    loadRecording(id, { signal: ending.signal, onBytes: setReceived }).then(setLoaded, (thrown: unknown) => {
      if (!ending.signal.aborted) setError(thrown);
    });
    return () => ending.abort();
  }, [id]);
  return (
    <Page
      title={t("terminals.recording")}
      actions={
        loaded === undefined ? null : (
          <Button onClick={() => saveFile(`${id}.cast`, loaded.text)}>{t("ui.download")}</Button>
        )
      }
    >
      {error === undefined ? null : <Failure error={error} />}
      {loaded === undefined ? (
        error === undefined ? (
          <p role="status" className="loading">
            {t("terminals.loading", { size: formatBytes(received) })}
          </p>
        ) : null
      ) : (
        <Played cast={loaded.cast} isCut={loaded.isCut} />
      )}
      <CliCommand command={command.recordReplay(id)} />
    </Page>
  );
};

const Played = ({ cast, isCut }: { readonly cast: Cast; readonly isCut: boolean }): ReactNode => {
  const { t } = useTranslation();
  const { shown: appearance } = useAppearance();
  const box = useRef<HTMLDivElement>(null);
  const [player, setPlayer] = useState<Player>();
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const { head, seconds } = cast;
  const label = t("terminals.recording");

  useEffect(() => {
    if (box.current === null) return undefined;
    const screen = openScreen(box.current, {
      appearance,
      label,
      readOnly: { columns: head.width, rows: head.height },
    });
    const made = new Player(cast, screen.terminal, {
      at: setAt,
      playing: setPlaying,
    });
    setPlayer(made);
    made.seek(0);
    return () => {
      made.pause();
      screen.dispose();
    };
  }, [cast, head, appearance, label]);

  const { user, via, address, why, target } = head.slipway;
  return (
    <>
      <Section title={t("terminals.aboutRecording")}>
        <Facts
          rows={[
            [t("terminals.target"), <code key="target">{pathOf(target)}</code>],
            [t("terminals.user"), `${user} · ${via} · ${address}`],
            [t("terminals.why"), why === "" ? t("ui.none") : why],
            [t("terminals.openedAt"), formatTime(head.timestamp * 1000)],
          ]}
        />
        {isCut ? <p className="muted">{t("terminals.longRecording")}</p> : null}
      </Section>
      <div className="section">
        <div className="player-bar">
          <Button type="primary" onClick={() => (isPlaying ? player?.pause() : player?.play())}>
            {t(isPlaying ? "terminals.pause" : "terminals.play")}
          </Button>
          <input
            type="range"
            aria-label={t("terminals.position")}
            aria-valuetext={`${clockText(at)} / ${clockText(seconds)}`}
            min={0}
            max={Math.max(seconds, 0.01)}
            step={0.01}
            value={at}
            onChange={(event) => player?.seek(Number(event.target.value))}
          />
          <span className="mono player-time">
            {clockText(at)} / {clockText(seconds)}
          </span>
          <Select
            aria-label={t("terminals.speed")}
            value={speed}
            onChange={(value) => {
              setSpeed(value);
              player?.setSpeed(value);
            }}
            options={[0.5, 1, 2, 4, 8].map((value) => ({ value, label: `${value}×` }))}
          />
        </div>
        <div className="player-screen" ref={box} />
      </div>
    </>
  );
};
