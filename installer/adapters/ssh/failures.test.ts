import { describe, expect, test } from "vitest";
import { fakeRedactor } from "../../../test/fakes/engine-services.ts";
import { commandFailed } from "./failures.ts";

const failed = (stderr: string) =>
  commandFailed(
    { argv: ["tar", "-x"], endpoint: "10.0.0.1:22" },
    { code: 2, stdout: "", stderr, truncated: false },
    fakeRedactor(),
  );

describe("a command that failed", () => {
  test("for want of space says so by its code, with the path and all that it printed", () => {
    expect(
      failed("tar: /var/lib/x: Cannot write: broken\ncp: /opt/cni/bin/bridge: No space left on device\n"),
    ).toMatchObject({
      code: "REMOTE_DISK_FULL",
      params: { path: "/opt/cni/bin/bridge", endpoint: "10.0.0.1:22" },
      detail: expect.stringContaining("Cannot write: broken"),
    });
    expect(failed("write error: No space left on device")).toMatchObject({
      code: "REMOTE_DISK_FULL",
      params: { path: "/" },
    });
  });

  test("for anything else is told as the command that it was, inotify's watches included", () => {
    expect(failed("no such file").code).toBe("COMMAND_FAILED");
    expect(failed("Failed to add inotify watch: No space left on device").code).toBe("COMMAND_FAILED");
  });
});
