import type { CheckInfo } from "../../contract/preflight.ts";
import type { Check, EtcdCheck, MachineCheck, SiteCheck } from "./check.ts";
import { addressingChecks } from "./checks/addressing.ts";
import { duplicateChecks } from "./checks/duplicates.ts";
import { etcdChecks } from "./checks/etcd.ts";
import { hardwareChecks } from "./checks/hardware.ts";
import { kernelChecks } from "./checks/kernel.ts";
import { networkChecks } from "./checks/network.ts";
import { pathChecks } from "./checks/paths.ts";
import { siteChecks } from "./checks/site.ts";
import { systemChecks } from "./checks/system.ts";

/** Every check of one machine, in the order of reports. */
export const allMachineChecks: readonly MachineCheck[] = [
  ...hardwareChecks,
  ...kernelChecks,
  ...systemChecks,
  ...networkChecks,
];

/** Every check of an etcd machine. */
export const allEtcdChecks: readonly EtcdCheck[] = etcdChecks;

/** Every check that compares machines. */
export const allSiteChecks: readonly SiteCheck[] = [
  ...duplicateChecks,
  ...siteChecks,
  ...addressingChecks,
  ...pathChecks,
];

const all: readonly Check[] = [...allMachineChecks, ...allEtcdChecks, ...allSiteChecks];

/** What `slipway preflight checks` and the docs show. */
export const checkCatalogue = (): CheckInfo[] =>
  all.map(({ id, scope, severity, title, why, remedy, needs }) => ({
    id,
    scope,
    severity,
    title,
    why,
    remedy,
    needs: [...needs],
  }));

/** Ids of all checks, for validating waivers (`Known.checks` of the spec's rules). */
export const checkIds: readonly string[] = all.map(({ id }) => id);
