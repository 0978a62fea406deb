import { SlipwayError } from "../../contract/errors/index.ts";
import { packageItem } from "../../core/content/items.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import type { StepContext } from "../../core/phase.ts";
import { packagesFit, packagesOf, type WantedCommands } from "../../core/runtime/commands.ts";
import { beforePaths } from "../../core/runtime/host-record.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { releaseFor } from "../release.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { firstRank, sendItems } from "./transfer.ts";

/** The suite that the bundle's packages are of (images/releases, versions.suite). */
const SUITE = "trixie";

/**
 * Prints `cut-off NAME` for each folder of packages in `$1`, then which of the commands in the rest are missing. A folder goes
 * when its packages are installed: while it is there, a command may be in place and the libraries it needs not yet.
 * Daemons are looked for where root's PATH may not lead.
 */
const lookForCommands = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
for file in "$1"/*/*.deb; do
  if [ -e "$file" ]; then folder=\${file%/*}; echo "cut-off \${folder##*/}"; fi
done | sort -u
shift
for name; do command -v "$name" >/dev/null 2>&1 || echo "missing $name"; done
exit 0
`;

/** Prints the names of installed packages among `$@`. */
const lookForPackages = `
dpkg-query --show --showformat '\${Package} \${Status}\\n' "$@" 2>/dev/null | sed -n 's/ install ok installed$//p'
exit 0
`;

/**
 * Installs what lies in the folder `$1`, after ending an installation that was cut off, and removes all folders in `$@`. The
 * names of the packages come in on standard input: they are written down before anything is installed. dpkg keeps the
 * lock open, so that a run which continues another one waits for what that one left at work.
 */
const install = `
set -e
(umask 077; mkdir -p ${beforePaths.folder}; cat >> ${beforePaths.packages})
sync -d ${beforePaths.packages} 2>/dev/null || true
export DEBIAN_FRONTEND=noninteractive
# No package starts its services or makes systemd read all units again: what Slipway runs of them, it starts itself.
export SYSTEMD_OFFLINE=1
mkdir -p /run/slipway
exec 9>/run/slipway/packages.lock
flock -w 300 9
# What lacks its libraries cannot be configured before they are there; the installation below does it.
dpkg --configure -a --force-confold || true
for file in "$1"/*.deb; do
  [ -e "$file" ] || continue
  dpkg --install --force-confold --skip-same-version "$1"/*.deb
  break
done
dpkg --configure -a --force-confold
rm -rf -- "$@"
`;

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "ports" | "signal" | "say" | "progress"
>;

/** What a machine lacks, by its commands and by installations that were cut off. */
export interface Lacking {
  readonly components: readonly string[];
  /** Commands that are missing, or that cannot be relied on. */
  readonly commands: readonly string[];
  /** Names of folders with packages that were on their way or not yet all installed. */
  readonly cutOff: readonly string[];
}

/** Components whose commands are not all on the machine, or not all of them whole. Changes nothing. */
export const lacking = async (context: Step, wanted: readonly WantedCommands[]): Promise<Lacking> => {
  const machine = theMachine(context);
  const { stdout } = await context.ports.remote.script(machine, lookForCommands, {
    args: [machinePaths.staging, ...wanted.flatMap(({ commands }) => commands)],
    signal: context.signal,
  });
  const lines = stdout.split("\n").map((line) => line.split(" "));
  const told = (mark: string): string[] =>
    lines.flatMap(([first, name]) => (first === mark && name !== undefined ? [name] : []));
  const missing = told("missing");
  const cutOff = told("cut-off").filter((folder) =>
    folder.split("+").some((component) => wanted.some((entry) => entry.component === component)),
  );
  const entries = wanted.filter(
    ({ component, commands }) =>
      commands.some((name) => missing.includes(name)) ||
      cutOff.some((folder) => folder.split("+").includes(component)),
  );
  return {
    components: entries.map(({ component }) => component),
    commands: missing.length > 0 ? missing : entries.flatMap(({ commands }) => commands),
    cutOff,
  };
};

/**
 * Installs from the bundle what brings the commands that are missing, and returns the names of the packages.
 * Rejects with PACKAGES_MISSING when the bundle's packages are not for the machine's system.
 */
export const installLacking = async (
  context: Step,
  { wanted, facts }: { readonly wanted: readonly WantedCommands[]; readonly facts: MachineFacts },
): Promise<readonly string[]> => {
  const machine = theMachine(context);
  const { remote } = context.ports;
  const { signal } = context;
  const { components, commands, cutOff } = await lacking(context, wanted);
  if (commands.length === 0) return [];
  const release = await releaseFor(context, facts);
  if (!packagesFit(release, facts, SUITE)) {
    const params = { machine: machine.name, packages: commands.join(", "), os: facts.os.name };
    throw SlipwayError.of("PACKAGES_MISSING", params, { machine: machine.name });
  }
  const candidates = packagesOf(release, components);
  const { stdout } = await remote.script(machine, lookForPackages, {
    args: candidates.map(({ name }) => name),
    signal,
  });
  const present = new Set(stdout.split("\n"));
  const absent = candidates.filter(({ name }) => !present.has(name));
  const rank = firstRank(machine, controlPlaneNames(context.cluster));
  const folder = `${machinePaths.staging}/${components.join("+")}`;
  await sendItems(
    context,
    absent.map((entry) => packageItem(entry, folder)),
    { rank },
  );
  await remote.script(machine, install, {
    args: [folder, ...cutOff.map((name) => `${machinePaths.staging}/${name}`)],
    stdin: absent.map(({ name }) => `${name}\n`).join(""),
    signal,
  });
  return absent.map(({ name }) => name);
};
