import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Machine } from "../../../installer/contract/api/machines.ts";
import { useCaller } from "../../engine/caller.tsx";
import { client } from "../../engine/engine.ts";
import { Action } from "../../parts/action.tsx";
import { command } from "../../state/commands.ts";
import { may } from "../../state/permission.ts";

const verbs = ["drain", "maintain", "return", "reboot", "shutdown"] as const;

/** What can be done with a machine in service. Each starts an operation, which is shown next. */
export const MachineActions = ({ machine }: { readonly machine: Machine }): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const navigate = useNavigate();
  const allowed = may(caller, "operator", machine.cluster);
  return verbs.map((verb) => (
    <Action
      key={verb}
      label={t(`machines.verb.${verb}`)}
      consequence={t(`machines.consequence.${verb}`, { machine: machine.name })}
      {...(verb === "maintain" || verb === "shutdown" ? { reason: "required" as const } : {})}
      danger={verb === "shutdown"}
      disabled={!allowed}
      title={allowed ? undefined : t("ui.notAllowed")}
      command={(why) => command.machineVerb(verb, { ...machine, machine: machine.name }, why)}
      run={async (why) => {
        const started = await client.operations.start({
          workflow: verb,
          spec: { cluster: machine.cluster },
          parameters: { machines: [machine.name], ...(why === "" ? {} : { why }) },
        });
        await navigate({ to: "/operations/$id", params: { id: started.id } });
      }}
    />
  ));
};
