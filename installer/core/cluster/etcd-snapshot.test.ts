import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EtcdSettings } from "../../contract/spec/etcd.ts";
import { parseSnapshots, snapshotExits, snapshotProgram } from "./etcd-snapshot.ts";

let folder: string;

const program = (name: string, body: string): void => {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "etcd-snapshot-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "etcd/member/snap"), { recursive: true });
  writeFileSync(join(folder, "etcd/member/snap/db"), "database");
  const settings = EtcdSettings.parse({ snapshots: { keep: 2 } });
  const text = snapshotProgram("n1", settings)
    .replaceAll("/var/lib/slipway/etcd-snapshots", join(folder, "kept"))
    .replaceAll("/var/lib/etcd", join(folder, "etcd"))
    .replace("PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin", "");
  writeFileSync(join(folder, "program"), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const healthy = (second: string): void => {
  // The last argument but none is the file: etcdctl --command-timeout 300s snapshot save FILE.
  program("etcdctl", `echo "content ${second}" > "$5"`);
  program("etcdutl", `echo '{"hash":1,"revision":4711,"totalKey":815,"totalSize":9,"version":"3.6.0"}'`);
  program("date", `case "$*" in +%s) echo 17000000${second} ;; *) echo 20260101T0000${second}Z ;; esac`);
};

const run = (kind: string) => {
  const { status, stdout, stderr } = spawnSync("sh", [join(folder, "program"), kind], {
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` },
  });
  return { status, stdout, stderr };
};

const kept = (): string[] => readdirSync(join(folder, "kept")).filter((name) => name.endsWith(".db"));

describe("the snapshot program of a control plane", () => {
  test("describes what it made", () => {
    healthy("01");
    const { status, stdout } = run("scheduled");
    expect(status).toBe(0);
    expect(parseSnapshots(stdout)).toMatchObject([
      { name: "20260101T000001Z-n1", machine: "n1", kind: "scheduled", revision: 4711, keys: 815, bytes: 11 },
    ]);
  });

  test("keeps as many as it should of each kind, the newest ones", () => {
    for (const second of ["02", "03"]) {
      healthy(second);
      run("scheduled");
    }
    healthy("04");
    run("manual");
    expect(kept()).toEqual(["20260101T000002Z-n1.db", "20260101T000003Z-n1.db", "20260101T000004Z-n1.db"]);
  });

  test.each([
    ["etcd does not answer", "etcdctl", "echo no >&2; exit 1", snapshotExits.notTaken],
    ["what was saved is not whole", "etcdutl", "echo corrupt >&2; exit 1", snapshotExits.notWhole],
    ["the disk is nearly full", "df", "echo Avail; echo 1000", snapshotExits.noSpace],
  ])("keeps nothing new and loses nothing when %s", (...[, tool, body, exit]) => {
    healthy("05");
    program(tool, body);
    const before = kept();
    expect(run("scheduled").status).toBe(exit);
    expect(kept()).toEqual(before);
    rmSync(join(folder, "bin", tool));
  });

  test("is not fooled by lines that are no description", () => {
    expect(parseSnapshots('{"name":"../../etc/passwd"}\n{\nnothing\n')).toEqual([]);
  });
});
