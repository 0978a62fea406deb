import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/fakes/clock.ts";
import { FakeLog } from "../../../test/fakes/log.ts";
import { temporaryFolder } from "../../../test/support/journal-samples.ts";
import type { Lease } from "../../core/netboot/dhcp/lease-table.ts";
import { openJournal, type OpenedJournal } from "./open.ts";

let folder: ReturnType<typeof temporaryFolder>;
let journal: OpenedJournal;

const open = (): Promise<OpenedJournal> =>
  openJournal({
    path: join(folder.path, "journal.db"),
    clock: new FakeClock(),
    log: new FakeLog(),
    backupEvery: { atStart: "never" },
  });

beforeEach(async () => {
  folder = temporaryFolder();
  journal = await open();
});

afterEach(async () => {
  await journal.close();
  folder[Symbol.dispose]();
});

const lease = (address: number, over: Partial<Lease> = {}): Lease => ({
  address,
  mac: "52:54:00:00:00:01",
  state: "bound",
  until: 1_795_000_000_000,
  ...over,
});

describe("DHCP leases in the journal", () => {
  test("are there after a restart, the newest state of each address only", async () => {
    await journal.leases.put([lease(0xc0a80001), lease(0xc0a80002, { mac: "52:54:00:00:00:02" })]);
    await journal.leases.put([lease(0xc0a80001, { state: "released", until: 1_795_000_000_500 })]);
    await journal.leases.put([]);
    await journal.close();
    journal = await open();
    expect(await journal.leases.load()).toEqual([
      lease(0xc0a80002, { mac: "52:54:00:00:00:02" }),
      lease(0xc0a80001, { state: "released", until: 1_795_000_000_500 }),
    ]);
  });

  test("an address twice in one write keeps the later state, and all of many leases are stored", async () => {
    await journal.leases.put([lease(1), lease(1, { state: "declined" })]);
    expect(await journal.leases.load()).toEqual([lease(1, { state: "declined" })]);
    await journal.leases.put(Array.from({ length: 20_000 }, (_, at) => lease(at)));
    expect(await journal.leases.load()).toHaveLength(20_000);
  });
});
