import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationEvent } from "../../installer/contract/operation.ts";
import type { LabFault } from "../../installer/contract/lab.ts";
import { crashRun } from "../crash/crash-run.ts";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";
import { expectNoSecretIn } from "../support/no-secret.ts";
import { openTestLab, type TestLab } from "./harness.ts";

let site: TestLab;
let engine: EngineProcess;
let data: string;

beforeAll(async () => {
  site = await openTestLab({ name: "operation", machines: 4 });
  data = await mkdtemp(join(tmpdir(), "slipway-operation-"));
  engine = await startEngine(data);
});
afterAll(async () => {
  await engine?.stop();
  await site?.close();
  if (data !== undefined) await rm(data, { recursive: true, force: true });
});

const startCheck = async (change: (text: string) => string = (text) => text): Promise<string> => {
  const file = site.lab.clusterFile(site.name);
  const spec = { file, text: change(await readFile(file, "utf8")) };
  return (await engine.client.operations.start({ workflow: "check", spec })).id;
};

/** Follows an operation to its end; `onEvent` sees every event as it comes. */
const follow = async (
  id: string,
  options: { after?: number; onEvent?: (event: OperationEvent) => void } = {},
): Promise<readonly OperationEvent[]> => {
  const events: OperationEvent[] = [];
  for await (const item of await engine.client.operations.events({ id, after: options.after ?? 0 })) {
    if (item.kind !== "event") continue;
    events.push(item.event);
    options.onEvent?.(item.event);
  }
  return events;
};

/** When the first error of a machine was reported, and which. */
const firstError = (
  events: readonly OperationEvent[],
  machine: string,
): { code: string; at: number } | undefined => {
  for (const { at, body } of events) {
    if (!("error" in body) || body.error === undefined || body.step.machine !== machine) continue;
    return { code: body.error.code, at };
  }
  return undefined;
};

const cases: readonly { name: string; fault: LabFault; undo: LabFault; codes: readonly string[] }[] = [
  {
    name: "loses power",
    fault: { type: "kill" },
    undo: { type: "start" },
    codes: ["CONNECTION_LOST", "HOST_UNREACHABLE"],
  },
  {
    name: "freezes",
    fault: { type: "freeze" },
    undo: { type: "thaw" },
    codes: ["CONNECTION_LOST", "HOST_UNREACHABLE"],
  },
  {
    name: "is cut off",
    fault: { type: "cut" },
    undo: { type: "heal" },
    codes: ["CONNECTION_LOST", "HOST_UNREACHABLE"],
  },
];

describe("a machine in the middle of an operation", () => {
  test.each(cases)(
    "that $name is reported within 30 s, the others finish, and a retry completes it",
    async ({ fault, undo, codes }) => {
      let struckAt = 0;
      const id = await startCheck();
      const events = await follow(id, {
        onEvent: ({ body }) => {
          if (struckAt > 0 || body.type !== "step.started" || body.step.machine !== "n2") return;
          if (body.step.phase !== "machine.inventory") return;
          struckAt = Date.now();
          void site.lab.fault(site.name, "n2", fault);
        },
      });
      expect(struckAt).toBeGreaterThan(0);
      const reported = firstError(events, "n2");
      expect(codes).toContain(reported?.code);
      expect((reported?.at ?? Number.POSITIVE_INFINITY) - struckAt).toBeLessThan(30_000);
      const steps = await engine.client.operations.steps({ id });
      const others = steps.filter(({ step }) => ["n1", "n3", "n4"].includes(step.machine));
      expect(others.filter(({ state }) => state !== "satisfied" && state !== "applied")).toEqual([]);
      expect(others.some(({ step }) => step.phase === "preflight.machine")).toBe(true);

      await site.lab.fault(site.name, "n2", undo);
      const { lastSeq } = await engine.client.operations.get({ id });
      await engine.client.operations.resume({ id, why: "the machine is back", machine: "n2" });
      await follow(id, { after: lastSeq });
      expect((await engine.client.operations.get({ id })).status).toBe("succeeded");
    },
  );
});

describe("a password", () => {
  test("that opens every machine and makes root of a user is in no file the engine wrote", async () => {
    const password = site.clerkPassword;
    await engine.client.secrets.set({ name: "clerk", value: password });
    const login = "ssh:\n  user: clerk\n  password: secret:clerk\n  sudo: password\n";
    const id = await startCheck((text) => text.replace(/^ssh:\n(?: {2}.*\n)+/m, login));
    await follow(id);
    expect((await engine.client.operations.get({ id })).status).toBe("succeeded");
    expectNoSecretIn(data, [password]);
  });
});

describe("an engine that is killed", () => {
  test.each([9, 40])(
    "behind event %d finishes the operation by itself when it is back, and repeats no change",
    async (boundary) => {
      const run = await crashRun(site, boundary);
      expect(run).toMatchObject({ outcome: "succeeded", repeated: [] });
      expect(Object.keys(run.facts)).toEqual(["n1", "n2", "n3", "n4"]);
    },
  );
});
