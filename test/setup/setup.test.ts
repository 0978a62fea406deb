import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root } from "../architecture/sources.ts";

/** What the script itself is made of; every system has them. */
const BASE = ["sh", "cat", "sed", "awk", "grep", "id", "dirname", "sha256sum", "env"];

let folder: string;
let bin: string;

const tool = (name: string, script = "exit 0"): void => {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
};

const setup = (): { status: number | null; out: string; err: string } => {
  // The script looks into /usr/sbin too, where this computer may have the very tools that a test wants absent.
  const script = join(folder, "scripts/setup");
  writeFileSync(script, readFileSync(script, "utf8").replace(":/usr/sbin:/sbin", ""));
  const { status, stdout, stderr } = spawnSync(script, { cwd: folder, encoding: "utf8", env: { PATH: bin } });
  return { status, out: stdout, err: stderr };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-setup-"));
  bin = join(folder, "bin");
  mkdirSync(bin);
  for (const path of ["scripts/setup", "scripts/setup.d/packages.txt", "package-lock.json", ".npmrc"]) {
    cpSync(root + path, join(folder, path));
  }
  for (const name of BASE) {
    symlinkSync(
      execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).trim(),
      join(bin, name),
    );
  }
  tool("uname", 'if [ "$1" = -s ]; then echo Linux; else echo x86_64; fi');
  tool("node", "echo 20");
  tool("git");
  tool(
    "npm",
    'mkdir -p node_modules/.bin && : >node_modules/.bin/node && chmod +x node_modules/.bin/node; echo "npm $*" >>npm.log',
  );
  symlinkSync("/bin/mkdir", join(bin, "mkdir"));
  symlinkSync("/bin/chmod", join(bin, "chmod"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const packages = (): readonly (readonly [string, string])[] =>
  readFileSync(join(folder, "scripts/setup.d/packages.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [name = "", command = ""] = line.split(/\s+/);
      return [name, command] as const;
    })
    .filter(([, command]) => command !== "-");

describe("scripts/setup", () => {
  test("names every missing tool and its package on a system that is not Debian", () => {
    const { status, err } = setup();
    expect(status).toBe(1);
    for (const [name, command] of packages())
      expect(err).toContain(`${command} (on Debian in the package ${name})`);
  });

  test("is content with a system of any kind that has all tools", () => {
    for (const [, command] of packages()) tool(command);
    expect(setup()).toMatchObject({ status: 0, err: "" });
  });

  test("installs the npm packages once, and again only when the lock file has changed", () => {
    for (const [, command] of packages()) tool(command);
    expect(setup().out).toContain("npm ci");
    expect(setup().out).toBe("");
    writeFileSync(join(folder, "package-lock.json"), "{}");
    expect(setup().out).toContain("npm ci");
    expect(readFileSync(join(folder, "npm.log"), "utf8").trim().split("\n")).toHaveLength(2);
  });

  test("says before it starts that another kind of computer will not do", () => {
    tool("uname", "echo Darwin");
    const { status, err } = setup();
    expect(status).toBe(1);
    expect(err).toContain("Darwin");
    expect(existsSync(join(folder, "npm.log"))).toBe(false);
  });

  test("asks for Node itself when there is none", () => {
    rmSync(join(bin, "node"));
    const { status, err } = setup();
    expect(status).toBe(1);
    expect(err).toContain("Node.js 20");
  });

  test("refuses a Node that is too old to start with", () => {
    tool("node", "echo 18");
    const { status, err } = setup();
    expect(status).toBe(1);
    expect(err).toContain("too old");
  });
});
