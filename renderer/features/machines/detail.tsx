import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Machine } from "../../../installer/contract/api/machines.ts";
import type { MachineFacts } from "../../../installer/contract/facts.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { LinkButton } from "../../parts/link-button.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { command } from "../../state/commands.ts";
import { formatBytes, formatDuration, formatTime } from "../../state/format.ts";
import { ownDisks, realInterfaces } from "../../state/machines.ts";
import { CliCommand } from "../../ui/copy.tsx";
import { Facts, Page, Section } from "../../ui/page.tsx";
import { MachineActions } from "./actions.tsx";
import { Checks } from "./checks.tsx";
import { Disks } from "./disks.tsx";
import { Interfaces } from "./interfaces.tsx";
import "./machines.css";

/** One machine: what is known of it, and what can be done with it. */
export const Content = (): ReactNode => {
  const { cluster = "", name = "" }: { readonly cluster?: string; readonly name?: string } = useParams({
    strict: false,
  });
  const machine = useQuery(
    query.machines.show.queryOptions({ input: { name, cluster }, refetchInterval: REFRESH_MS * 2 }),
  );
  return <Loaded query={machine}>{(found) => <Shown machine={found} />}</Loaded>;
};

const Shown = ({ machine }: { readonly machine: Machine }): ReactNode => {
  const { t } = useTranslation();
  const { facts } = machine;
  return (
    <Page
      title={machine.name}
      actions={
        <>
          <LinkButton
            to="/terminals/new"
            search={{ kind: "machine", cluster: machine.cluster, machine: machine.name }}
          >
            {t("terminals.openShell")}
          </LinkButton>
          <MachineActions machine={machine} />
        </>
      }
    >
      <Section title={t("machines.about")}>
        <Facts
          rows={[
            [
              t("machines.cluster"),
              <Link key="cluster" to="/clusters/$cluster" params={{ cluster: machine.cluster }}>
                {machine.cluster}
              </Link>,
            ],
            [t("machines.address"), <code key="address">{machine.address}</code>],
            [t("machines.roles"), machine.roles.map((role) => t(`machines.role.${role}`)).join(" · ")],
            [
              t("machines.latest"),
              <Link key="operation" to="/operations/$id" params={{ id: machine.operation }}>
                <code>{machine.operation}</code>
              </Link>,
            ],
            [
              t("machines.factsAt"),
              machine.factsAt === undefined ? t("ui.none") : formatTime(machine.factsAt),
            ],
            ...(facts === undefined ? [] : system(facts, t)),
          ]}
        />
        {facts === undefined ? <p className="empty">{t("machines.noFacts")}</p> : null}
      </Section>
      {facts === undefined ? null : (
        <>
          <Section title={t("machines.disks")}>
            <Disks disks={ownDisks(facts)} />
          </Section>
          <Section title={t("machines.interfaces")}>
            <Interfaces interfaces={realInterfaces(facts)} />
          </Section>
        </>
      )}
      <Section title={t("machines.checks")}>
        <Checks machine={machine} />
      </Section>
      <CliCommand command={command.machineShow(machine.name, machine.cluster)} />
    </Page>
  );
};

type Translate = ReturnType<typeof useTranslation>["t"];

const system = (facts: MachineFacts, t: Translate): readonly (readonly [string, ReactNode])[] => [
  [t("machines.os"), facts.os.name],
  [t("machines.kernel"), facts.kernel.release],
  [
    t("machines.hardware"),
    facts.dmi.own ? [facts.dmi.vendor, facts.dmi.product].filter(Boolean).join(" ") || t("ui.unknown") : "–",
  ],
  [
    t("machines.virtualisation"),
    facts.virtualisation.technology ?? t(`machines.virtualised.${facts.virtualisation.kind}`),
  ],
  [t("machines.firmware"), facts.firmware.kind.toUpperCase()],
  [t("machines.cpu"), `${facts.cpu.model ?? facts.cpu.architecture} · ${facts.cpu.usable}`],
  [t("machines.memory"), formatBytes(facts.memory.totalBytes)],
  [
    t("machines.clock"),
    facts.time.offsetMs === null
      ? t("ui.unknown")
      : `${facts.time.offsetMs >= 0 ? "+" : "−"}${formatDuration(Math.abs(facts.time.offsetMs))}`,
  ],
  [
    t("machines.uptime"),
    facts.identity.uptimeSeconds === null
      ? t("ui.unknown")
      : formatDuration(facts.identity.uptimeSeconds * 1000),
  ],
];
