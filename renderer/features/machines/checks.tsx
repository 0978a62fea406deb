import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Machine } from "../../../installer/contract/api/machines.ts";
import type { CheckResult } from "../../../installer/contract/preflight.ts";
import { query, REFRESH_MS } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { useSentence } from "../../parts/words.tsx";
import { checkResultsOf } from "../../state/machines.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { Status, type Tone } from "../../ui/status.tsx";

const tones: Readonly<Record<CheckResult["state"], Tone>> = {
  ok: "ok",
  noted: "off",
  warning: "warn",
  failed: "bad",
  waived: "warn",
};

/** Preflight results of the latest operation that named the machine. */
export const Checks = ({ machine }: { readonly machine: Machine }): ReactNode => {
  const { t } = useTranslation();
  const sentence = useSentence();
  const steps = useQuery(
    query.operations.steps.queryOptions({
      input: { id: machine.operation },
      refetchInterval: REFRESH_MS * 2,
    }),
  );
  return (
    <Loaded query={steps}>
      {(all) => (
        <DataTable
          label={t("machines.checks")}
          rows={checkResultsOf(all, machine.name)}
          rowKey={({ check }) => check}
          empty={t("machines.noChecks")}
          columns={[
            {
              key: "state",
              title: t("machines.result"),
              narrow: true,
              render: ({ state }) => <Status tone={tones[state]}>{t(`machines.check.${state}`)}</Status>,
            },
            {
              key: "title",
              title: t("machines.checkTitle"),
              by: ({ title }) => sentence(title),
              render: ({ title }) => sentence(title),
            },
            { key: "found", title: t("machines.found"), render: ({ found }) => sentence(found) },
            {
              key: "remedy",
              title: t("machines.remedy"),
              render: ({ remedy, reason }) => reason ?? (remedy === undefined ? "" : sentence(remedy)),
            },
          ]}
        />
      )}
    </Loaded>
  );
};
