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

/** Prints which of the commands in `$@` are missing. Daemons are looked for where root's PATH may not lead. */
const lookForCommands = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
for name; do command -v "$name" >/dev/null 2>&1 || echo "$name"; done
exit 0
`;

/** Prints the names of installed packages among `$@`. */
const lookForPackages = `
dpkg-query --show --showformat '\${Package} \${Status}\\n' "$@" 2>/dev/null | sed -n 's/ install ok installed$//p'
exit 0
`;

/**
 * Installs what lies in the folder `$1`, after ending an installation that was cut off. The names of the packages come in
 * on standard input: they are written down before anything is installed.
 */
const install = `
set -e
(umask 077; mkdir -p ${beforePaths.folder}; cat >> ${beforePaths.packages})
sync -d ${beforePaths.packages} 2>/dev/null || true
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a --force-confold
dpkg --install --force-confold --skip-same-version "$1"/*.deb
rm -rf "$1"
`;

type Step = Pick<
  StepContext<Record<string, never>>,
  "machine" | "target" | "cluster" | "ports" | "signal" | "say" | "progress"
>;

/** Components whose commands are not all on the machine, and the commands. Changes nothing. */
export const lacking = async (
  context: Step,
  wanted: readonly WantedCommands[],
): Promise<{ readonly components: readonly string[]; readonly commands: readonly string[] }> => {
  const machine = theMachine(context);
  const { stdout } = await context.ports.remote.script(machine, lookForCommands, {
    args: wanted.flatMap(({ commands }) => commands),
    signal: context.signal,
  });
  const commands = stdout.split("\n").filter((line) => line !== "");
  const components = wanted
    .filter((entry) => entry.commands.some((name) => commands.includes(name)))
    .map(({ component }) => component);
  return { components, commands };
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
  const { components, commands } = await lacking(context, wanted);
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
    args: [folder],
    stdin: absent.map(({ name }) => `${name}\n`).join(""),
    signal,
  });
  return absent.map(({ name }) => name);
};
