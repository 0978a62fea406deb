import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineFacts } from "../../../installer/contract/facts.ts";
import { formatBytes } from "../../state/format.ts";
import { Status } from "../../ui/status.tsx";

type Disk = MachineFacts["disks"][number];

/** Each disk as a bar with its partitions in proportion, and what is on it. */
export const Disks = ({ disks }: { readonly disks: readonly Disk[] }): ReactNode => {
  const { t } = useTranslation();
  if (disks.length === 0) return <div className="empty">{t("machines.noDisks")}</div>;
  return (
    <ul className="hardware">
      {disks.map((disk) => (
        <li key={disk.name}>
          <div className="row">
            <strong>{disk.name}</strong>
            <span>{formatBytes(disk.sizeBytes)}</span>
            <span className="muted">
              {[disk.transport, disk.vendor, disk.model, disk.serial].filter(Boolean).join(" · ")}
            </span>
            <span className="grow" />
            {disk.signatures.length === 0 && disk.mounts.length === 0 && disk.partitions.length === 0 ? (
              <Status tone="ok">{t("machines.blank")}</Status>
            ) : (
              <Status tone="warn">{t("machines.holdsData")}</Status>
            )}
          </div>
          <Bar disk={disk} />
          <div className="muted">
            {[...new Set(disk.signatures.map(({ type }) => type)), ...disk.mounts].join(" · ")}
          </div>
          {disk.ids[0] === undefined ? null : <code className="muted">{disk.ids[0]}</code>}
        </li>
      ))}
    </ul>
  );
};

const Bar = ({ disk }: { readonly disk: Disk }): ReactNode => (
  <div className="disk-bar" aria-hidden="true">
    {disk.partitions.map(({ name, sizeBytes }) => (
      <span key={name} style={{ width: `${(sizeBytes / Math.max(1, disk.sizeBytes)) * 100}%` }} title={name}>
        {name}
      </span>
    ))}
  </div>
);
