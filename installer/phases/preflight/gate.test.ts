import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../contract/preflight.ts";
import type { StepContext } from "../../core/phase.ts";
import { text } from "../../contract/text.ts";
import { preflightGate } from "./gate.ts";

const result = (check: string, machine: string, state: CheckResult["state"]): CheckResult => ({
  check,
  machine,
  severity: "blocks",
  state,
  title: text(check, check),
  found: text(`found on ${machine}`, `在 ${machine} 上发现`),
  remedy: text("do this", "这样处理"),
  ...(state === "waived" ? { reason: "known" } : {}),
});

const gate = async (
  machines: readonly CheckResult[],
  site: readonly CheckResult[] = [],
): Promise<unknown> => {
  const from = {
    machines: new Map(machines.map((entry) => [entry.machine, { results: [entry] }])),
    disks: new Map([["m1", { results: [result("etcd-disk-latency", "m1", "ok")] }]]),
    site: { results: site },
  };
  return (await preflightGate.probe({ from } as unknown as StepContext<never>)).output;
};

describe("the gate", () => {
  test("opens over warnings and waived failures, and hands the reasons on to the journal", async () => {
    const machines = [result("swap", "m1", "waived"), result("no-proxy", "m2", "warning")];
    expect(await gate(machines, [result("clock-offset", "@appliance", "ok")])).toEqual({
      checked: 4,
      warnings: 1,
      waived: [{ check: "swap", machine: "m1", reason: "known" }],
    });
  });

  test("stays shut over one failure, and tells all of them with what to do", async () => {
    const machines = [result("swap", "m1", "failed"), result("memory", "m2", "failed")];
    const error = await gate(machines, [result("clock-offset", "m3", "failed")]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "PREFLIGHT_FAILED",
      params: { count: 3, checks: "swap@m1, memory@m2, clock-offset@m3" },
    });
    for (const line of ["m1  swap: found on m1", "在 m2 上发现", "-> do this", "m3  clock-offset"]) {
      expect((error as { detail: string }).detail).toContain(line);
    }
  });
});
