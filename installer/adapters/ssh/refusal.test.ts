import { describe, expect, test } from "vitest";
import { saysDiskFull, startRefusal } from "./refusal.ts";

const site = { endpoint: "10.0.0.1:22", user: "clerk", become: "password" as const };

describe("why a command did not start", () => {
  test.each([
    ["sudo: sorry, you must have a tty to run sudo", "SUDO_NEEDS_TTY"],
    [
      "Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt",
      "SUDO_PASSWORD_WRONG",
    ],
    ["sudo: Authentication failed, try again.", "SUDO_PASSWORD_WRONG"],
    ["sudo: a password is required", "SUDO_PASSWORD_NEEDED"],
    ["sudo: interactive authentication is required", "SUDO_PASSWORD_NEEDED"],
    ["bash: line 1: exec: sudo: not found", "SUDO_MISSING"],
    ["sh: 1: exec: sudo: not found", "SUDO_MISSING"],
    [
      "clerk is not in the sudoers file.\nThis incident has been reported to the administrator.",
      "SUDO_REFUSED",
    ],
    ["Sorry, user clerk is not allowed to execute '/bin/sh' as root on m1.", "SUDO_REFUSED"],
    ["This account is currently not available.", "HOST_SHELL_REFUSED"],
    ["Password change required but no TTY available.", "HOST_SHELL_REFUSED"],
  ])("%j is %s", (printed, code) => {
    expect(startRefusal(site, printed)).toMatchObject({ code, detail: printed });
  });

  test("without sudo nothing is blamed on sudo", () => {
    expect(startRefusal({ ...site, become: "none" }, "sudo: a password is required").code).toBe(
      "HOST_SHELL_REFUSED",
    );
  });

  test("a full disk and an exhausted quota are told from other write errors", () => {
    expect(saysDiskFull("cat: write error: No space left on device")).toBe(true);
    expect(saysDiskFull("cat: write error: Disk quota exceeded")).toBe(true);
    expect(saysDiskFull("cat: write error: Input/output error")).toBe(false);
  });
});
