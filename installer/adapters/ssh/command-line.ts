import { randomBytes } from "node:crypto";
import type { SshAccess } from "../../contract/spec/access.ts";
import { quoteArgv } from "./quote.ts";

/** How a command gets its rights: as it comes, or through sudo. */
export type Become = SshAccess["sudo"];

/**
 * Runs first on the far side, as the user the command will have. It prints a marker on both streams (whatever a login
 * file printed before it is no output of ours) with the number of the POSIX session everything of this command lives
 * in, which is what a cancel kills: sshd starts a session of its own per command, and unlike the process group a session
 * also holds what `timeout` or a job-control shell has put into groups of their own. A session that is not this
 * command's alone is reported as 0 and never killed.
 */
const prologue = `
read -r s </proc/$$/stat; s=\${s##*) }; s=\${s#* }; s=\${s#* }; s=\${s#* }; s=\${s%% *}
[ "$s" = "$$" ] || [ "$s" = "$1" ] || s=0
shift
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export PATH LC_ALL
unset LANGUAGE
umask 022
cd /
printf '%s\\n' "$0"
printf '%s %s\\n' "$0" "$s" >&2
exec "$@"`;

/** A command ready to be sent, and the marks to look for in its output. */
export interface CommandLine {
  readonly text: string;
  /** Printed on both streams right before the command starts. */
  readonly marker: string;
  /** What sudo asks for a password with. */
  readonly prompt: string;
}

/** Builds the one line that the login shell gets. Clean locale, fixed PATH, umask 022, working directory `/`, no terminal. */
export const commandLine = (argv: readonly string[], become: Become): CommandLine => {
  const nonce = randomBytes(9).toString("hex");
  const marker = `slipway-run-${nonce}`;
  const prompt = `slipway-ask-${nonce}:`;
  // "$$" is expanded by the login shell: its process number, which sudo and sh then inherit the session of.
  const inner = `/bin/sh -c ${quoteArgv([prologue, marker])} "$$" ${quoteArgv(argv)}`;
  switch (become) {
    case "none":
      return { text: `exec ${inner}`, marker, prompt };
    case "passwordless":
      return { text: `LC_ALL=C; export LC_ALL; exec sudo -n -H -- ${inner}`, marker, prompt };
    case "password":
      return { text: `LC_ALL=C; export LC_ALL; exec sudo -S -H -p ${prompt} -- ${inner}`, marker, prompt };
  }
};
