import { describe, expect, test } from "vitest";
import { InstallEvent, SAVED_BYTES } from "../../contract/metal/events.ts";
import { InstallPlan, MetalDecision } from "../../contract/metal/plan.ts";
import { toLines } from "./lines.ts";

describe("lines for the installer", () => {
  test("hold one key and its value each, values with spaces included", () => {
    const plan = InstallPlan.parse({
      ...{ kind: "install", "disk-name": "sda", "disk-serial": "S 1", "disk-wwn": "", "disk-path": "" },
      ...{
        "disk-size": 2 * SAVED_BYTES,
        foreign: "refuse",
        firmware: "bios",
        "cmdline-extra": "console=ttyS0 quiet",
      },
      ...{ "image-path": "image", "image-sha256": "a".repeat(64), "image-size": 1 },
      ...{ "boot-path": "boot", "boot-sha256": "b".repeat(64), "boot-size": 1 },
      ...{ "identity-path": "identity", "identity-sha256": "c".repeat(64) },
    });
    const lines = toLines(plan).split("\n");
    expect(lines.slice(0, 4)).toEqual(["kind install", "disk-name sda", "disk-serial S 1", "disk-wwn "]);
    expect(lines).toContain("cmdline-extra console=ttyS0 quiet");
  });

  test("cannot be smuggled in by a value", () => {
    expect(() => toLines({ action: "install", job: "a\nforeign agreed" })).toThrow("control character");
  });

  test("say what a waiting machine does", () => {
    expect(toLines(MetalDecision.parse({ action: "wait", seconds: 5 }))).toBe("action wait\nseconds 5\n");
    expect(InstallEvent.safeParse({ step: "no-step", outcome: "ok" }).success).toBe(false);
  });
});
