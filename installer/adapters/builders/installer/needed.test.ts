import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { neededLibraries } from "./needed.ts";

describe("shared libraries of a program", () => {
  test("are read from the program itself", () => {
    expect(neededLibraries(readFileSync("/bin/ls"))).toContain("libc.so.6");
  });

  test("are none for what is no program", () => {
    expect(
      neededLibraries(Buffer.from("#!/bin/sh\necho nothing but a script that is longer than a header\n")),
    ).toEqual([]);
    expect(neededLibraries(Buffer.alloc(0))).toEqual([]);
  });
});
