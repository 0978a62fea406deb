import { SlipwayError } from "../../core/contract.ts";
import type { Become } from "./command-line.ts";

/** Where and as whom a command was to start. */
export interface StartSite {
  readonly endpoint: string;
  readonly user: string;
  readonly become: Become;
}

/**
 * Why a command never started, from what was printed in its place. sudo runs with LC_ALL=C, so its words are the
 * English ones of sudo 1.8-1.9 (lib/util/logging and plugins/sudoers) and of sudo-rs.
 */
export const startRefusal = (site: StartSite, printed: string): SlipwayError => {
  const { endpoint, user, become } = site;
  const detail = { detail: printed.trim() };
  if (become !== "none") {
    if (/must have a tty to run sudo/i.test(printed)) {
      return SlipwayError.of("SUDO_NEEDS_TTY", { endpoint, user }, detail);
    }
    if (/incorrect password|incorrect authentication|Sorry, try again|Authentication failed/i.test(printed)) {
      return SlipwayError.of("SUDO_PASSWORD_WRONG", { endpoint, user }, detail);
    }
    if (
      /a password is required|interactive authentication is required|no password was provided/i.test(printed)
    ) {
      return SlipwayError.of("SUDO_PASSWORD_NEEDED", { endpoint, user }, detail);
    }
    if (/sudo: (command )?not found|sudo: No such file|unknown command: sudo/i.test(printed)) {
      return SlipwayError.of("SUDO_MISSING", { endpoint }, detail);
    }
    if (/sudo|sudoers|not allowed to/i.test(printed)) {
      return SlipwayError.of("SUDO_REFUSED", { endpoint, user }, detail);
    }
  }
  return SlipwayError.of("HOST_SHELL_REFUSED", { endpoint, user }, detail);
};

/** True when a tool of the far side says (in the C locale) that space or quota has run out; inotify has the same words for something else. */
export const saysDiskFull = (printed: string): boolean =>
  printed
    .split("\n")
    .some((line) => /No space left on device|Disk quota exceeded/i.test(line) && !/inotify/i.test(line));
