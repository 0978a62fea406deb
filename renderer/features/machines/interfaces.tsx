import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineFacts } from "../../../installer/contract/facts.ts";
import { Status } from "../../ui/status.tsx";

/** Network interfaces: link, speed, addresses, and what they belong to. */
export const Interfaces = ({
  interfaces,
}: {
  readonly interfaces: MachineFacts["interfaces"];
}): ReactNode => {
  const { t } = useTranslation();
  return (
    <ul className="hardware nics">
      {interfaces.map((one) => {
        const isUp = one.state === "up" || (one.state === "unknown" && one.carrier === true);
        return (
          <li key={one.name}>
            <div className="row">
              <strong>{one.name}</strong>
              <Status tone={isUp ? "ok" : "off"}>{t(isUp ? "machines.linkUp" : "machines.linkDown")}</Status>
            </div>
            <div>
              {one.addresses
                .filter(({ scope }) => scope === "global")
                .map(({ address, prefix }) => `${address}/${prefix}`)
                .join(" · ") || t("machines.noAddress")}
            </div>
            <div className="muted">
              {[
                one.kind,
                one.mac,
                one.speedMbps === null ? undefined : t("machines.speed", { speed: one.speedMbps }),
                t("machines.mtu", { mtu: one.mtu }),
                one.master === null ? undefined : t("machines.partOf", { master: one.master }),
                one.lldp === null ? undefined : `${one.lldp.chassis ?? "?"} ${one.lldp.port ?? "?"}`,
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
          </li>
        );
      })}
    </ul>
  );
};
