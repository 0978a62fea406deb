/**
 * Our boot services as a process of their own, for benchmarks: `serve-process.ts INTERFACE ADDRESS TREE [JOURNAL]`. Leases
 * are kept in memory, or in the journal at the path.
 */
import { openJournal } from "../../../installer/adapters/journal/open.ts";
import { openBootLibrary } from "../../../installer/adapters/netboot/boot-files.ts";
import { memoryLeases } from "../../../installer/adapters/netboot/dhcp/memory-leases.ts";
import { systemClock } from "../../../installer/adapters/clock/system-clock.ts";
import type { LeaseStore } from "../../../installer/core/ports/netboot.ts";
import { FakeLog } from "../../fakes/log.ts";
import { startNetboot } from "../../../installer/adapters/netboot/services.ts";
import { parseBlock } from "../../../installer/core/net/ipv4.ts";
import { ip } from "./messages.ts";

const [name = "", address = "", tree = "", journal] = process.argv.slice(2);
const subnet = parseBlock("10.78.0.0/16");
const own = parseBlock(`${address}/24`);
if (subnet === undefined || own === undefined) throw new Error("never");
const journalLeases = async (path: string): Promise<LeaseStore> => {
  const opened = await openJournal({
    path,
    clock: systemClock,
    log: new FakeLog(),
    backupEvery: { atStart: "never" },
  });
  process.once("SIGTERM", () => void opened.close().then(() => process.exit(0)));
  return opened.leases;
};

const leases = journal === undefined ? memoryLeases() : await journalLeases(journal);
await startNetboot({
  interface: name,
  address,
  dhcp: {
    mode: "full",
    scopes: [
      { subnet: own, ranges: [], router: undefined, nameServers: [] },
      {
        subnet,
        ranges: [{ first: ip("10.78.1.0"), last: ip("10.78.200.255") }],
        router: undefined,
        nameServers: [],
      },
    ],
    leaseSeconds: 3600,
    relays: true,
  },
  directory: {
    intentOf: () => ({
      kind: "serve",
      hostName: undefined,
      reserved: undefined,
      boot: { file: "loader.efi", via: "tftp" },
    }),
    reservedFor: () => undefined,
  },
  leases,
  files: openBootLibrary(tree),
  clock: systemClock,
  onEvent: () => undefined,
  onOtherServer: () => undefined,
  onFault: (fault) => {
    throw fault;
  },
  lookMs: 0,
});
process.stdout.write("ready\n");
setInterval(() => undefined, 60_000);
