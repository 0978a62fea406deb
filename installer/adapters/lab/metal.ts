import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LabFirmware } from "../../contract/lab.ts";
import { createGroups } from "./cgroups.ts";
import { startKeeper } from "./container.ts";
import { BRIDGE, type LabFolders, machineDirectory } from "./layout.ts";
import type { LabRecord, MachineRecord } from "./state.ts";

const KEEPER = join(import.meta.dirname, "scripts", "metal.sh");

/** Size of each disk of a blank machine: slots, and room for a node's images. Sparse. */
const DISK_BYTES = 20 * 2 ** 30;

/** UEFI firmware of the Debian package ovmf, by what the machine is to start with. */
const FIRMWARE = {
  uefi: { code: "OVMF_CODE_4M.fd", variables: "OVMF_VARS_4M.fd" },
  // Variables with Microsoft's keys in them, which Debian's shim is signed with.
  "secure-boot": { code: "OVMF_CODE_4M.secboot.fd", variables: "OVMF_VARS_4M.ms.fd" },
} as const;
const OVMF = "/usr/share/OVMF";

/** Hardware address of a blank machine: the same each time, so that a spec can name it. */
export const metalMac = (lab: string, machine: string): string => {
  const hash = createHash("sha256").update(`${lab}/${machine}`).digest("hex");
  // 52:54:00 is the range that QEMU's users take by custom.
  return ["52:54:00", hash.slice(0, 2), hash.slice(2, 4), hash.slice(4, 6)].join(":");
};

/** Makes the folder of a blank machine: empty disks, and the firmware with its variables. */
export const makeMetalFiles = async (
  folders: LabFolders,
  record: LabRecord,
  machine: MachineRecord,
): Promise<void> => {
  const final = machineDirectory(folders, record.name, machine.name);
  if (existsSync(final)) return;
  const folder = `${final}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "faults"), { recursive: true });
  const { disks = 1, firmware = "bios" } = machine.metal ?? {};
  for (let number = 1; number <= disks; number += 1) {
    const disk = join(folder, `disk${number}.img`);
    writeFileSync(disk, "", { mode: 0o600 });
    truncateSync(disk, DISK_BYTES);
  }
  if (firmware !== "bios") copyFirmware(firmware, folder);
  renameSync(folder, final);
};

const copyFirmware = (firmware: Exclude<LabFirmware, "bios">, folder: string): void => {
  const { code, variables } = FIRMWARE[firmware];
  if (!existsSync(join(OVMF, code)))
    throw SlipwayError.of("LAB_TOOL_MISSING", { tools: code, packages: "ovmf" });
  copyFileSync(join(OVMF, code), join(folder, "code.fd"));
  copyFileSync(join(OVMF, variables), join(folder, "variables.fd"));
};

/** Switches a blank machine on. What it boots is its own affair. */
export const startMetal = (
  place: { folders: LabFolders; tools: string },
  record: LabRecord,
  machine: MachineRecord,
): void => {
  const folder = machineDirectory(place.folders, record.name, machine.name);
  const { disks = 1, firmware = "bios", mac = metalMac(record.name, machine.name) } = machine.metal ?? {};
  startKeeper(record.name, folder, [
    ...["unshare", "--mount", "--propagation", "private", "--"],
    ...["/bin/sh", KEEPER, folder, machine.name, place.tools, BRIDGE, firmware, mac, String(disks)],
    ...createGroups(record.name, machine.name),
  ]);
};

/** Presses the power button: the system is asked to shut down (QEMU, docs/interop/qmp-spec). */
export const pressPowerButton = (folders: LabFolders, lab: string, machine: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(join(machineDirectory(folders, lab, machine), "monitor"));
    socket.setTimeout(5000, () => socket.destroy(new Error("the emulator does not answer")));
    socket.once("error", reject);
    let heard = "";
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString("utf8");
      // A greeting, then an answer to each of the two commands.
      if (heard.split('"return"').length > 2) {
        socket.end();
        resolve();
      }
    });
    socket.write('{"execute":"qmp_capabilities"}\n{"execute":"system_powerdown"}\n');
  });

/** Everything on the serial console since the machine was made, over all its boots. */
const serialLog = (folders: LabFolders, lab: string, machine: string): string => {
  try {
    return readFileSync(join(machineDirectory(folders, lab, machine), "serial.log"), "latin1");
  } catch {
    return "";
  }
};

/** Marks the moment of a power-on in the serial log. */
const POWER_ON = "=== power on ===";

/** The line in which the kernel of the present boot said that it has given up, if it has. */
export const panicOf = (folders: LabFolders, lab: string, machine: string): string | undefined => {
  const log = serialLog(folders, lab, machine);
  const boot = log.slice(Math.max(0, log.lastIndexOf(POWER_ON)));
  return /Kernel panic[^\r\n]*/.exec(boot)?.[0];
};
