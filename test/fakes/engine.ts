import type { OperationId } from "../../installer/contract/operation.ts";
import type { Workflow } from "../../installer/core/phase.ts";
import type { Ports, Remote } from "../../installer/core/ports/index.ts";
import { createClusters } from "../../installer/services/clusters.ts";
import { createOperations } from "../../installer/services/operations.ts";
import type { OperationsService } from "../../installer/services/operations-api.ts";
import { FakeClock } from "./clock.ts";
import { FakeJournal } from "./journal.ts";
import { FakeLog } from "./log.ts";

/** A remote that must not be reached: phases of the fake world act on the world instead. */
const noRemote = new Proxy({} as Remote, {
  get: () => {
    throw new Error("the fake world has no SSH");
  },
});

const untouched = <T extends object>(what: string): T =>
  new Proxy({} as T, {
    get: () => {
      throw new Error(`the test did not expect ${what} to be used`);
    },
  });

/** What an appliance does for machines, for tests of phases that must not ask for it. */
export const noSite: Omit<Ports, "clock" | "remote"> = {
  content: untouched("the content server"),
  metal: untouched("blank machines"),
  releases: untouched("a release"),
  secrets: untouched("a secret"),
  siteCa: untouched("the site's CA"),
  snapshots: untouched("the snapshots"),
  timeServer: untouched("the time server"),
};

/** One life of an engine over a journal: what a process is to a data folder. */
export interface FakeEngine {
  readonly operations: OperationsService;
  readonly journal: FakeJournal;
  readonly clock: FakeClock;
  readonly log: FakeLog;
}

export interface FakeEngineOptions {
  readonly workflows: readonly Workflow[];
  /** What the engine before this one left behind. */
  readonly before?: FakeEngine;
  readonly width?: number;
}

/** Starts an engine on virtual time. With `before` it finds that engine's journal, as after a crash. */
export const fakeEngine = ({ workflows, before, width }: FakeEngineOptions): FakeEngine => {
  const clock = new FakeClock({ autoAdvance: true, ...(before && { start: before.clock.now() }) });
  const journal = before?.journal.reopen({ clock }) ?? new FakeJournal({ clock });
  const log = new FakeLog();
  let ids = 0;
  const operations = createOperations({
    workflows,
    ports: { clock, remote: noRemote, ...noSite },
    journal,
    clusters: createClusters(journal),
    log,
    newId: (): OperationId => `op-${(ids++).toString(36).padStart(10, "0")}`,
    ...(width === undefined ? {} : { width }),
  });
  return { operations, journal, clock, log };
};
