import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import type { Remote } from "../../installer/core/ports/index.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";
import { rejection, testRemote } from "../support/ssh-remote.ts";

const { signal } = new AbortController();
const SIZE = 24 * 1024 * 1024;
const content = randomBytes(SIZE);
const sha256 = createHash("sha256").update(content).digest("hex");
let server: SshServer;
let machine: MachineSpec;
let remote: Remote;
let folder: string;
let small: string;
let local: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-files-"));
  small = mkdtempSync(join(tmpdir(), "slipway-small-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", small]);
  local = join(folder, "local");
  writeFileSync(local, content);
  server = await startSshServer();
  machine = server.machine();
  remote = testRemote().remote;
});

afterAll(async () => {
  await remote.close();
  await server.stop();
  execFileSync("umount", [small]);
  for (const path of [folder, small]) rmSync(path, { recursive: true, force: true });
});

const partOf = (path: string): string =>
  join(path, "..", `.${path.split("/").at(-1)}.slipway-${sha256}.part`);

describe("small files", () => {
  test("a file is written whole, with mode and owner, and read back", async () => {
    const path = join(folder, "written $(id) 'x");
    const file = { path, content: "line one\n机器\n" };
    await remote.writeFile(machine, file, { signal, mode: 0o640, owner: "daemon", group: "adm" });
    const stat = statSync(path);
    expect({ mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid }).toEqual({
      mode: 0o640,
      uid: 1,
      gid: 4,
    });
    expect(await remote.readFile(machine, path, signal)).toBe("line one\n机器\n");
  });

  test("bytes arrive as they are, and an empty file is a file", async () => {
    const path = join(folder, "bytes");
    await remote.writeFile(machine, { path, content: content.subarray(0, 300_000) }, { signal, mode: 0o600 });
    expect(readFileSync(path).equals(content.subarray(0, 300_000))).toBe(true);
    await remote.writeFile(machine, { path, content: "" }, { signal, mode: 0o600 });
    expect(await remote.readFile(machine, path, signal)).toBe("");
  });

  test("a file that does not exist is undefined, a folder is an error, a link is followed", async () => {
    expect(await remote.readFile(machine, join(folder, "none"), signal)).toBeUndefined();
    expect(await rejection(remote.readFile(machine, folder, signal))).toMatchObject({
      code: "REMOTE_FILE_FAILED",
    });
    writeFileSync(join(folder, "target"), "behind the link");
    symlinkSync("target", join(folder, "link"));
    expect(await remote.readFile(machine, join(folder, "link"), signal)).toBe("behind the link");
  });

  test("files of /proc, which state no size, are read; files over the limit are refused", async () => {
    expect(await remote.readFile(machine, "/proc/sys/kernel/ostype", signal)).toBe("Linux\n");
    const path = join(folder, "large");
    execFileSync("truncate", ["-s", "17M", path]);
    expect(await rejection(remote.readFile(machine, path, signal))).toMatchObject({
      code: "REMOTE_FILE_TOO_LARGE",
    });
  });

  test("a write that fails leaves the old file and no temporary one", async () => {
    const path = join(folder, "sub", "file");
    expect(
      await rejection(remote.writeFile(machine, { path, content: "x" }, { signal, mode: 0o600 })),
    ).toMatchObject({
      code: "REMOTE_FILE_FAILED",
      params: { path },
    });
    const full = join(small, "conf");
    await remote.writeFile(machine, { path: full, content: "old" }, { signal, mode: 0o600 });
    const big = { path: full, content: content.subarray(0, 12_000_000) };
    expect(await rejection(remote.writeFile(machine, big, { signal, mode: 0o600 }))).toMatchObject({
      code: "REMOTE_DISK_FULL",
      machine: "loopback",
    });
    expect(readFileSync(full, "utf8")).toBe("old");
    expect(readdirSync(small)).toEqual(["conf"]);
  });
});

describe("uploads", () => {
  const options = { signal, mode: 0o755, sha256 };

  test("a file arrives whole and verified; sending it again moves nothing but mends its mode", async () => {
    const path = join(folder, "uploaded");
    const steps: number[] = [];
    await remote.upload(
      machine,
      { local, remote: path },
      { ...options, onProgress: (done) => steps.push(done) },
    );
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(steps.at(-1)).toBe(SIZE);
    const { ino } = statSync(path);
    execFileSync("chmod", ["600", path]);
    await remote.upload(machine, { local, remote: path }, options);
    expect(statSync(path)).toMatchObject({ ino, mode: 0o100755 });
  });

  test("a partial file is continued where it ends", async () => {
    const path = join(folder, "continued");
    writeFileSync(partOf(path), content.subarray(0, 10_000_000));
    const steps: number[] = [];
    await remote.upload(
      machine,
      { local, remote: path },
      { ...options, onProgress: (done) => steps.push(done) },
    );
    expect(steps[0]).toBe(10_000_000);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test.each([
    ["that holds something else", Buffer.alloc(5_000_000, 1)],
    ["that is too long", Buffer.concat([content, Buffer.from("more")])],
    ["that is empty", Buffer.alloc(0)],
  ])("a partial file %s is started again", async (_what, partial) => {
    const path = join(folder, "restarted");
    rmSync(path, { force: true });
    writeFileSync(partOf(path), partial);
    await remote.upload(machine, { local, remote: path }, options);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test("cancelling keeps what has arrived, and the next upload continues it", async () => {
    const path = join(folder, "interrupted");
    const stop = new AbortController();
    const upload = remote.upload(
      machine,
      { local, remote: path },
      {
        ...options,
        signal: stop.signal,
        onProgress: (done) => {
          if (done > 8_000_000) stop.abort();
        },
      },
    );
    expect(await rejection(upload)).toMatchObject({ code: "CANCELLED" });
    const kept = statSync(partOf(path)).size;
    expect(kept).toBeGreaterThan(0);
    const steps: number[] = [];
    await remote.upload(
      machine,
      { local, remote: path },
      { ...options, onProgress: (done) => steps.push(done) },
    );
    expect(steps[0]).toBeGreaterThan(0);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test("a file that is not what its digest says is refused, and nothing stays of it", async () => {
    const path = join(folder, "wrong");
    const wanted = "0".repeat(64);
    const error = await rejection(
      remote.upload(machine, { local, remote: path }, { ...options, sha256: wanted }),
    );
    expect(error).toMatchObject({ code: "UPLOAD_SOURCE_WRONG" });
    expect(readdirSync(folder).filter((name) => name.includes("wrong"))).toEqual([]);
  });

  test("a source that is not there is named before anything is sent", async () => {
    const error = await rejection(remote.upload(machine, { local: `${local}x`, remote: "/tmp/x" }, options));
    expect(error).toMatchObject({ code: "UPLOAD_SOURCE_WRONG", params: { file: `${local}x` } });
  });

  test("a full disk is known before the bytes travel, and the upload goes on once there is room", async () => {
    const path = join(small, "big");
    const error = await rejection(remote.upload(machine, { local, remote: path }, options));
    expect(error).toMatchObject({ code: "REMOTE_DISK_FULL", params: { path } });
    execFileSync("mount", ["-o", "remount,size=64m", small]);
    await remote.upload(machine, { local, remote: path }, options);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  test("a disk that fills up in the middle is REMOTE_DISK_FULL and keeps what arrived", async () => {
    rmSync(join(small, "big"), { force: true });
    execFileSync("mount", ["-o", "remount,size=30m", small]);
    const path = join(small, "racing");
    let hogged = false;
    const error = await rejection(
      remote.upload(
        machine,
        { local, remote: path },
        {
          ...options,
          onProgress: (done) => {
            // Past what a channel's window holds, so that the far side has looked at its room and begun to write.
            if (hogged || done < 6_000_000) return;
            hogged = true;
            writeFileSync(join(small, "hog"), Buffer.alloc(18_000_000));
          },
        },
      ),
    );
    expect(error).toMatchObject({ code: "REMOTE_DISK_FULL" });
    expect(statSync(partOf(path)).size).toBeGreaterThan(0);
    rmSync(join(small, "hog"));
    await remote.upload(machine, { local, remote: path }, options);
    expect(readFileSync(path).equals(content)).toBe(true);
  });
});
