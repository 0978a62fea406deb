import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BuildTarget } from "../../../core/ports/builders.ts";
import type { AptBuilder } from "../apt/builder.ts";
import { type CommandOutput, runCommand } from "../common/command.ts";
import type { BuilderSettings } from "../common/settings.ts";

/** One program of a tools root to run. */
export interface ToolRun {
  /** Named in errors. */
  readonly component: string;
  /** Folders of this machine that the program sees as /work/NAME, and may write to. */
  readonly folders: Readonly<Record<string, string>>;
}

/** Programs of a locked set of Debian packages, so that what they make does not depend on this machine's own. */
export interface Tools {
  /** Where the packages are unpacked, for files of theirs. */
  readonly root: string;
  /** Runs argv with / being the tools root. Rejects as {@link runCommand}. Needs root. */
  run(argv: readonly [string, ...string[]], run: ToolRun): Promise<CommandOutput>;
}

/** Mounts live in a mount namespace of their own and end with the program. */
const ENTER = `
set -eu
root=$1
shift
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=1777 slipway-tools "$root/tmp"
mount -t tmpfs slipway-tools "$root/work"
while [ "$1" != -- ]; do
  mkdir "$root/work/$1"
  mount --bind "$2" "$root/work/$1"
  shift 2
done
shift
exec chroot "$root" "$@"
`;

/** Opens the root of a set such as image-tools; its packages are brought and unpacked when the cache has them not. */
export const openTools = async (
  settings: BuilderSettings,
  apt: Pick<AptBuilder, "sysroot">,
  { set, target }: { set: string; target: BuildTarget },
): Promise<Tools> => {
  const root = await apt.sysroot(set, target);
  for (const name of ["dev", "proc", "tmp", "work"]) await mkdir(join(root, name), { recursive: true });
  return {
    root,
    run: (argv, { component, folders }) => {
      const bound = Object.entries(folders).flat();
      const enter = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "--",
        "sh",
        "-c",
        ENTER,
        "sh",
      ] as const;
      return runCommand([...enter, root, ...bound, "--", ...argv], {
        component,
        signal: target.signal,
        onLine: target.onLine,
        env: { ...settings.env, LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
        remedy: "the Debian packages util-linux and mount",
      });
    },
  };
};
