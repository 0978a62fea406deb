import type { Operation } from "../../installer/contract/api/operations.ts";
import { strike } from "./support/faults.ts";
import { allWell, failuresOf, openSite, specOf, tell, until, type TestSite } from "./support/site.ts";

/** Heading in docs/reliability.md. */
export const title = "Machines that fail while a cluster is made";

interface Fault {
  readonly name: "kill" | "freeze" | "cut" | "fill-disk";
  readonly undo: "start" | "thaw" | "heal" | "free-disk";
  /** Codes that name what happened. */
  readonly codes: readonly string[];
}

const gone = ["CONNECTION_LOST", "HOST_UNREACHABLE", "HOST_TIMEOUT"] as const;

const faults: readonly Fault[] = [
  { name: "kill", undo: "start", codes: gone },
  { name: "freeze", undo: "thaw", codes: gone },
  { name: "cut", undo: "heal", codes: gone },
  { name: "fill-disk", undo: "free-disk", codes: ["REMOTE_DISK_FULL"] },
];

/** Where the machine is struck: phases over the whole length of the workflow, with the machine that is in them. */
const places: readonly { readonly phase: string; readonly machine: string }[] = [
  { phase: "host.settings", machine: "n4" },
  { phase: "content.deliver", machine: "n3" },
  { phase: "runtime.images", machine: "n4" },
  { phase: "registry.content", machine: "n2" },
  { phase: "cluster.kubelet", machine: "n3" },
  { phase: "control-plane.start", machine: "n1" },
  { phase: "control-plane.join", machine: "n2" },
  { phase: "worker.join", machine: "n4" },
];

interface Shown {
  readonly codes: readonly string[];
  /** Steps of other machines that ended well between the fault and the end. */
  readonly others: number;
  readonly reportedAfter: number;
}

/** Lets the operation run until the step is inside its change, strikes, and waits for the operation's end. */
const struck = async (
  site: TestSite,
  operation: Operation,
  { phase, machine, fault }: { phase: string; machine: string; fault: Fault },
): Promise<Shown | undefined> => {
  const { client } = site.engine;
  const { lastSeq } = await client.operations.get({ id: operation.id });
  const codes = new Set<string>();
  let at: number | undefined;
  let reported = 0;
  let others = 0;
  for await (const item of await client.operations.events({ id: operation.id, after: lastSeq })) {
    if (item.kind !== "event") continue;
    const { body } = item.event;
    if (at === undefined) {
      if (body.type !== "step.applying" || body.step.phase !== phase || body.step.machine !== machine)
        continue;
      at = performance.now();
      await strike(site, machine, fault.name);
    } else if (body.type === "step.ended" && body.step.machine === machine && body.error !== undefined) {
      codes.add(body.error.code);
      reported ||= (performance.now() - at) / 1000;
    } else if (body.type === "step.ended" && body.step.machine !== machine && body.error === undefined) {
      others += 1;
    }
  }
  return at === undefined ? undefined : { codes: [...codes], others, reportedAfter: reported };
};

const rowsOf = async (fault: Fault): Promise<readonly string[]> => {
  const site = await openSite({ name: "faults", machines: 4 });
  const rows: string[] = [];
  try {
    const { client } = site.engine;
    let operation = await client.operations.start({ workflow: "bootstrap", spec: await specOf(site) });
    for (const { phase, machine } of places) {
      const shown = await struck(site, operation, { phase, machine, fault });
      await strike(site, machine, fault.undo);
      operation = await client.operations.get({ id: operation.id });
      if (shown === undefined) {
        rows.push(`| ${fault.name} | ${phase} on ${machine} | not reached: ${operation.status} | | |`);
        process.exitCode = 1;
        break;
      }
      const right = shown.codes.length === 0 || shown.codes.some((code) => fault.codes.includes(code));
      if (!right) process.exitCode = 1;
      const codes = shown.codes.length === 0 ? "none: it went on" : shown.codes.join(", ");
      tell(`${fault.name} ${phase}@${machine}: ${codes}, ${operation.status}`);
      rows.push(
        `| ${fault.name} | ${phase} on ${machine} | ${codes} | ${shown.reportedAfter.toFixed(0)} | ${shown.others} |`,
      );
      if (operation.status === "succeeded") {
        operation = await client.operations.start({ workflow: "bootstrap", spec: await specOf(site) });
        continue;
      }
      await until(`${machine} answers again`, 120, async () => {
        await client.operations.resume({ id: operation.id, why: "the machine is back" });
        return true;
      });
    }
    for await (const item of await client.operations.events({ id: operation.id })) void item;
    operation = await client.operations.get({ id: operation.id });
    if (operation.status !== "succeeded") {
      process.exitCode = 1;
      tell(failuresOf(await client.operations.steps({ id: operation.id })));
    }
    await until("all nodes Ready and all pods running", 180, () => allWell(site, "n1"));
    rows.push(`| ${fault.name} | in the end | ${operation.status}, all nodes Ready, all pods running | | |`);
    return rows;
  } finally {
    await site.close();
  }
};

/** `npm run test:cluster -- faults [kill|freeze|cut|fill-disk]`: 3 control planes and a worker for each fault. */
export const run = async ([only]: readonly string[]): Promise<string> => {
  const rows: string[] = [];
  for (const fault of faults.filter(({ name }) => only === undefined || name === only)) {
    rows.push(...(await rowsOf(fault)));
  }
  return `A machine is struck while a phase changes it; the operation is followed to its end, the machine is put right, and the operation is
resumed; then the next phase. The cluster is made once for each kind of fault. "Reported" is the time from the fault to the failure of that machine's
step; "others" counts the steps that other machines still ended well.

| fault | struck in | error of that machine | reported, s | others |
| --- | --- | --- | ---: | ---: |
${rows.join("\n")}`;
};
