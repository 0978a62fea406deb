import type { CheckResult, CheckState, DiskLatency } from "../../contract/preflight.ts";
import type { ClusterSpec } from "../../contract/spec/cluster.ts";
import { APPLIANCE, SlipwayError, text, type Localized } from "../contract.ts";
import { allEtcdChecks, allMachineChecks, allSiteChecks } from "./catalogue.ts";
import { warning, type Check, type Finding, type MachineInput, type SiteInput } from "./check.ts";

/** Reason an operator gave for living with a check on a machine, or undefined. Findings about the site go by no machine. */
const waiverFor = (cluster: ClusterSpec, check: string, machine: string): string | undefined =>
  cluster.preflight.waive.find(
    (waiver) =>
      waiver.check === check && (waiver.machines === undefined || waiver.machines.includes(machine)),
  )?.reason;

const stateOf = (check: Check, finding: Finding): CheckState => {
  if (finding.level === "fine") return "ok";
  if (check.severity === "notes") return "noted";
  return finding.level === "problem" && check.severity === "blocks" ? "failed" : "warning";
};

const resultOf = (
  cluster: ClusterSpec,
  check: Check,
  { machine, finding }: { machine: string; finding: Finding },
): CheckResult => {
  const state = stateOf(check, finding);
  const reason =
    state === "failed" || state === "warning" ? waiverFor(cluster, check.id, machine) : undefined;
  return {
    check: check.id,
    machine,
    severity: check.severity,
    state: reason === undefined ? state : "waived",
    title: check.title,
    found: finding.found,
    ...(state === "ok" ? {} : { remedy: check.remedy }),
    ...(reason === undefined ? {} : { reason }),
  };
};

const unreadable = (parts: readonly { fact: string; why: string }[]): Localized => {
  const list = parts.map(({ why }) => why).join("; ");
  return text(`could not be judged: ${list}`, `无法判断：${list}`);
};

/** Runs every machine check. A check whose facts could not be read comes out as a warning that says so. */
export const judgeMachine = (input: MachineInput): CheckResult[] =>
  allMachineChecks.map((check) => {
    const missing = input.facts.unknown.filter(({ fact }) => check.needs.some((need) => need === fact));
    const finding = missing.length > 0 ? warning(unreadable(missing)) : check.run(input);
    return resultOf(input.cluster, check, { machine: input.machine.name, finding });
  });

/** Runs every check of an etcd machine. */
export const judgeEtcd = (
  cluster: ClusterSpec,
  machine: MachineInput["machine"],
  latency: DiskLatency,
): CheckResult[] =>
  allEtcdChecks.map((check) =>
    resultOf(cluster, check, { machine: machine.name, finding: check.run({ latency, machine }) }),
  );

/** Runs every check of the site. Findings about a machine carry its name, the others the appliance's. */
export const judgeSite = (input: SiteInput): CheckResult[] =>
  allSiteChecks.flatMap((check) => {
    const findings = check.run(input);
    if (findings.length === 0) {
      const passed: Finding = { level: "fine", found: check.passed };
      return [resultOf(input.cluster, check, { machine: APPLIANCE, finding: passed })];
    }
    return findings.map((finding) =>
      resultOf(input.cluster, check, { machine: finding.machine ?? APPLIANCE, finding }),
    );
  });

/** The results that must stop an operation. */
export const blocking = (results: readonly CheckResult[]): CheckResult[] =>
  results.filter(({ state }) => state === "failed");

/** One line a result, in both languages: what an error's detail shows. */
export const describeResults = (results: readonly CheckResult[]): string =>
  results
    .map(
      ({ machine, check, found, remedy }) =>
        `${machine}  ${check}: ${found.en}\n    -> ${remedy?.en ?? ""}\n    ${found["zh-CN"]}\n    -> ${remedy?.["zh-CN"] ?? ""}`,
    )
    .join("\n");

/** How many checks an error's title names; its detail has them all. */
const named = 6;

/** @throws PREFLIGHT_FAILED when a check blocks; its detail has every one of them. */
export const assertNoneBlocks = (results: readonly CheckResult[]): void => {
  const failed = blocking(results);
  if (failed.length === 0) return;
  const checks = failed.map(({ check, machine }) => `${check}@${machine}`);
  const more = checks.length > named ? `, ... (+${checks.length - named})` : "";
  throw SlipwayError.of(
    "PREFLIGHT_FAILED",
    { count: failed.length, checks: `${checks.slice(0, named).join(", ")}${more}` },
    { detail: describeResults(failed) },
  );
};
