import type { AnyPhase, NeedScope, ScopedNeed, Workflow } from "../../installer/core/phase.ts";
import { generatedNote, page, table } from "./markdown.ts";
import { modulesBelow } from "./modules-below.ts";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Tells a phase record from anything else a module may export. */
export const isPhase = (value: unknown): value is AnyPhase =>
  isObject(value) && "effect" in value && "probe" in value && "needs" in value;

const isWorkflow = (value: unknown): value is Workflow =>
  isObject(value) && Array.isArray(value["phases"]) && "id" in value;

const scopeWords: Readonly<Record<NeedScope, string>> = {
  sameMachine: "",
  everyMachine: " (every machine 所有机器)",
  anyMachine: " (any machine 任一机器)",
};

const needs = (phase: AnyPhase): string => {
  const all = Object.values(phase.needs) as readonly (AnyPhase | ScopedNeed<AnyPhase, NeedScope>)[];
  const words = all.map((need) =>
    "scope" in need
      ? `\`${need.phase.id}\`${scopeWords[need.scope]}${"optional" in need ? " (where listed 仅在列出时)" : ""}`
      : `\`${need.id}\``,
  );
  return words.length === 0 ? "–" : words.join(", ");
};

const effectWords = {
  reads: "reads 只读",
  changes: "changes 更改",
  destroys: "destroys 销毁",
} as const satisfies Readonly<Record<AnyPhase["effect"], string>>;

const row = (phase: AnyPhase): readonly string[] => [
  `\`${phase.id}\``,
  `${phase.title.en} ${phase.title["zh-CN"]}`,
  effectWords[phase.effect],
  needs(phase),
  `${phase.timeoutMs / 1000} s`,
  phase.limit === undefined ? "–" : `${phase.limit.max} (${phase.limit.key})`,
];

const HEAD = ["Phase 阶段", "Title 说明", "Effect 影响", "Needs 依赖", "Time-out 时限", "Limit 并发上限"];

/** docs/phases.md: every workflow with its phases in order, then the phases that no workflow runs. */
export const phasesPage = async (): Promise<string> => {
  const exportsOf = async (folder: string): Promise<readonly unknown[]> =>
    (await modulesBelow(folder)).flatMap(({ exports }) => Object.values(exports));
  const phases = [...new Set((await exportsOf("installer/phases")).filter(isPhase))];
  const workflows = [...new Set((await exportsOf("installer/workflows")).filter(isWorkflow))];
  const used = new Set(workflows.flatMap((workflow) => workflow.phases));
  const unused = phases.filter((phase) => !used.has(phase));
  return page([
    generatedNote("installer/phases and installer/workflows"),
    "# Phases 阶段",
    "A phase on one machine is a step. Its file is its id: `machine.connect` is `installer/phases/machine/connect.ts`. " +
      "A phase that reads has a probe only; one that changes or destroys applies what its probe found needed.",
    "一个阶段在一台机器上执行即为一个步骤。阶段的标识就是文件路径：`machine.connect` 对应 `installer/phases/machine/connect.ts`。" +
      "只读阶段只有探测；更改或销毁类阶段先探测，再执行探测认定需要的部分。",
    ...workflows.flatMap((workflow) => [
      `## Workflow 工作流 \`${workflow.id}\`: ${workflow.title.en} ${workflow.title["zh-CN"]}`,
      table(HEAD, workflow.phases.map(row)),
    ]),
    ...(unused.length === 0 ? [] : ["## In no workflow 未列入工作流", table(HEAD, unused.map(row))]),
  ]);
};
