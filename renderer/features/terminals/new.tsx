import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Checkbox, Input, Radio, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PodSummary, Terminal, TerminalTarget } from "../../../installer/contract/terminal.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client, queries, query } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { may } from "../../state/permission.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Page } from "../../ui/page.tsx";
import { containerOptions, draftOf, keyOf, targetOf, type Draft } from "./draft.ts";
import "./terminals.css";

/** A new terminal: where it leads, and why. Links from other pages fill it in. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const clusters = useQuery(query.clusters.list.queryOptions());
  return (
    <Page title={t("terminals.newTitle")}>
      <div className="section">
        <Loaded query={clusters}>
          {(all) =>
            all.length === 0 ? (
              <p className="empty">{t("terminals.noClusters")}</p>
            ) : (
              <Form clusters={all.map(({ cluster }) => cluster)} />
            )
          }
        </Loaded>
      </div>
    </Page>
  );
};

const Form = ({ clusters }: { readonly clusters: readonly string[] }): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const navigate = useNavigate();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const [draft, setDraft] = useState<Draft>(() => draftOf(search, clusters));
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<Draft>): void => setDraft((before) => ({ ...before, ...changes }));
  const target = targetOf(draft);
  const needed = draft.kind === "container" ? "operator" : "administrator";
  const allowed = may(caller, needed, draft.cluster);

  const open = async (): Promise<void> => {
    if (target === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const opened = await openTerminal(target, draft.why.trim());
      await queries.invalidateQueries({ queryKey: query.terminals.list.key() });
      await navigate({ to: "/terminals", search: { terminal: opened.id } });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="terminal-form"
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <Radio.Group
        aria-label={t("terminals.kind")}
        value={draft.kind}
        onChange={({ target: { value } }) => change({ kind: value as Draft["kind"] })}
        options={(["container", "machine", "kubectl"] as const).map((value) => ({
          value,
          label: t(`terminals.kinds.${value}`),
        }))}
        optionType="button"
      />
      <p className="muted">{t(`terminals.about.${draft.kind}`)}</p>
      <div className="field">
        <label htmlFor="terminal-cluster">{t("terminals.cluster")}</label>
        <Select
          id="terminal-cluster"
          value={draft.cluster}
          onChange={(cluster) => change({ cluster, machine: "", pod: "", namespace: "", container: "" })}
          options={clusters.map((value) => ({ value, label: value }))}
        />
      </div>
      {draft.kind === "machine" ? <MachineField draft={draft} change={change} /> : null}
      {draft.kind === "container" ? <ContainerField draft={draft} change={change} /> : null}
      <div className="field">
        <label htmlFor="terminal-why">{t("ui.reasonOptional")}</label>
        <Input
          id="terminal-why"
          value={draft.why}
          maxLength={1000}
          onChange={(event) => change({ why: event.target.value })}
        />
      </div>
      <p className="muted">{t("terminals.recorded")}</p>
      {error === undefined ? null : <Failure error={error} />}
      <div className="row">
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={target === undefined || !allowed}
          title={allowed ? undefined : t("ui.notAllowed")}
        >
          {t("terminals.open")}
        </Button>
        {allowed ? null : (
          <span className="muted">{t("terminals.needs", { role: t(`access.roles.${needed}`) })}</span>
        )}
      </div>
      {target === undefined ? null : <CliCommand command={command.shell(target, draft.why.trim())} />}
    </form>
  );
};

interface FieldProps {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
}

const MachineField = ({ draft, change }: FieldProps): ReactNode => {
  const { t } = useTranslation();
  const cluster = useQuery(query.clusters.get.queryOptions({ input: { cluster: draft.cluster } }));
  return (
    <Loaded query={cluster}>
      {({ machines }) => (
        <div className="field">
          <label htmlFor="terminal-machine">{t("terminals.machine")}</label>
          <Select
            id="terminal-machine"
            showSearch
            value={draft.machine === "" ? null : draft.machine}
            onChange={(machine) => change({ machine })}
            options={machines.map(({ name, address }) => ({ value: name, label: `${name} · ${address}` }))}
          />
        </div>
      )}
    </Loaded>
  );
};

const ContainerField = ({ draft, change }: FieldProps): ReactNode => {
  const { t } = useTranslation();
  const pods = useQuery(query.terminals.pods.queryOptions({ input: { cluster: draft.cluster } }));
  return (
    <Loaded query={pods}>
      {(all: readonly PodSummary[]) => (
        <>
          <div className="field">
            <label htmlFor="terminal-container">{t("terminals.container")}</label>
            <Select
              id="terminal-container"
              showSearch
              virtual
              value={draft.pod === "" ? null : keyOf(draft)}
              onChange={(key: string) => {
                const [namespace = "", pod = "", container = ""] = key.split("/");
                change({ namespace, pod, container });
              }}
              options={containerOptions(all).map(({ key, isRunning, isGuarded }) => ({
                value: key,
                label: [
                  key,
                  ...(isRunning ? [] : [t("terminals.notRunning")]),
                  ...(isGuarded ? [t("terminals.guarded")] : []),
                ].join(" · "),
              }))}
            />
          </div>
          <Checkbox checked={draft.debug} onChange={({ target }) => change({ debug: target.checked })}>
            {t("terminals.debug")}
          </Checkbox>
        </>
      )}
    </Loaded>
  );
};

const openTerminal = (target: TerminalTarget, why: string): Promise<Terminal> => {
  const { cluster } = target;
  switch (target.kind) {
    case "container": {
      const { namespace, pod, container, debug } = target;
      return client.terminals.openContainer({ cluster, namespace, pod, container, debug, why });
    }
    case "machine":
      return client.terminals.openMachine({ cluster, machine: target.machine, why });
    case "kubectl":
      return client.terminals.openKubectl({ cluster, why });
  }
};
