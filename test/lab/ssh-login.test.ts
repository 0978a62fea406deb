import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  fingerprintOf,
  freePort,
  generateKey,
  type SshServer,
  startSshServer,
} from "../support/ssh-server.ts";
import { rejection, testRemote } from "../support/ssh-remote.ts";

const { signal } = new AbortController();
const cleanup: (() => unknown)[] = [];
let folder: string;
let server: SshServer;

const listen = (
  onConnection: Parameters<typeof createServer>[1],
): Promise<{ port: number; server: Server }> =>
  new Promise((resolve) => {
    const made = createServer(onConnection as never);
    cleanup.push(() => made.close());
    made.listen(0, "127.0.0.1", () => {
      const address = made.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : 0, server: made });
    });
  });

const fresh = (parts: Parameters<typeof testRemote>[0] = {}) => {
  const made = testRemote(parts);
  cleanup.push(() => made.remote.close());
  return made;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-ssh-test-"));
  server = await startSshServer();
});

afterAll(async () => {
  for (const undo of cleanup.toReversed()) await undo();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("logging in to a real sshd", () => {
  test("a key logs in, and the fingerprint shown is the one that ssh-keygen prints", async () => {
    const { remote, hostKeys } = fresh();
    const first = await remote.login(server.machine(), signal);
    expect(first).toMatchObject({ hostKey: server.fingerprint, firstSeen: true, user: "root" });
    expect(first.serverVersion).toMatch(/^OpenSSH_/);
    expect(await hostKeys.pinned(`127.0.0.1:${server.port}`)).toBe(server.fingerprint);
    expect(await remote.login(server.machine(), signal)).toMatchObject({ firstSeen: false });
  });

  test("an encrypted key needs its passphrase, and a wrong one is told from a missing one", async () => {
    const key = join(folder, "encrypted");
    generateKey(key, { passphrase: "open sesame" });
    const locked = await startSshServer({ key });
    cleanup.push(() => locked.stop());
    const { remote } = fresh({ secrets: { right: "open sesame", wrong: "open barley" } });
    const right = locked.machine({ privateKey: `file:${key}`, passphrase: "secret:right" });
    expect(await remote.login(right, signal)).toMatchObject({ user: "root" });
    const wrong = locked.machine({ privateKey: `file:${key}`, passphrase: "secret:wrong" });
    expect(await rejection(remote.login(wrong, signal))).toMatchObject({
      code: "SSH_KEY_UNREADABLE",
      params: { problem: "the passphrase is wrong" },
      machine: "loopback",
    });
    const none = locked.machine({ privateKey: `file:${key}` });
    expect(await rejection(remote.login(none, signal))).toMatchObject({
      code: "SSH_KEY_UNREADABLE",
      params: { problem: "it is encrypted and no passphrase is given" },
    });
  });

  test.each(["rsa", "ecdsa", "ed25519"])("a PEM or OpenSSH key of kind %s logs in", async (kind) => {
    const key = join(folder, kind);
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      kind,
      "-N",
      "",
      ...(kind === "ed25519" ? [] : ["-m", "PKCS8"]),
      "-f",
      key,
    ]);
    const other = await startSshServer({ key });
    cleanup.push(() => other.stop());
    expect(await fresh().remote.login(other.machine(), signal)).toMatchObject({ user: "root" });
  });

  test("the agent logs in, and an agent that is not there is named in the error", async () => {
    const socket = join(folder, "agent");
    const agent: ChildProcess = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    cleanup.push(() => agent.kill());
    for (let tries = 0; tries < 50; tries += 1) {
      try {
        execFileSync("ssh-add", ["-q", server.key], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: "ignore",
        });
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const machine = server.machine({ privateKey: undefined, agent: true });
    expect(await fresh({ agentSocket: socket }).remote.login(machine, signal)).toMatchObject({
      user: "root",
    });
    expect(
      await rejection(fresh({ agentSocket: join(folder, "nobody") }).remote.login(machine, signal)),
    ).toMatchObject({
      code: "HOST_AUTH_FAILED",
      params: { methods: "agent" },
      detail: expect.stringContaining("the agent does not answer"),
    });
  });

  test("a key the machine does not know is refused by name, and nothing is pinned", async () => {
    const key = join(folder, "stranger");
    generateKey(key);
    const { remote, hostKeys } = fresh();
    const error = await rejection(remote.login(server.machine({ privateKey: `file:${key}` }), signal));
    expect(error).toMatchObject({
      code: "HOST_AUTH_FAILED",
      params: { user: "root", methods: `key ${fingerprintOf(key)}` },
    });
    expect(await hostKeys.list()).toEqual([]);
  });

  test("a spec without any way to log in says so before connecting anywhere", async () => {
    const machine = server.machine({ privateKey: undefined });
    expect(await rejection(fresh().remote.login(machine, signal))).toMatchObject({
      code: "SSH_NO_CREDENTIALS",
    });
  });

  test("an account that lets nobody run commands is told from a refused login", async () => {
    const other = await startSshServer({
      config: ["ForceCommand echo This account is currently not available."],
    });
    cleanup.push(() => other.stop());
    expect(await rejection(fresh().remote.login(other.machine(), signal))).toMatchObject({
      code: "HOST_SHELL_REFUSED",
      params: { user: "root" },
      detail: "This account is currently not available.",
    });
  });
});

describe("host keys", () => {
  test("a changed key stops everything and shows both fingerprints", async () => {
    const before = await startSshServer();
    const { remote } = fresh();
    const again = testRemote();
    cleanup.push(() => again.remote.close());
    await again.remote.login(before.machine(), signal);
    await again.remote.close();
    await before.stop();
    const after = await startSshServer({ port: before.port });
    cleanup.push(() => after.stop());
    const second = testRemote({ hostKeys: again.hostKeys });
    cleanup.push(() => second.remote.close());
    expect(await rejection(second.remote.login(after.machine(), signal))).toMatchObject({
      code: "HOST_KEY_CHANGED",
      params: { shown: after.fingerprint, pinned: before.fingerprint },
    });
    await second.hostKeys.forget(`127.0.0.1:${after.port}`);
    expect(await remote.login(after.machine(), signal)).toMatchObject({ firstSeen: true });
  });

  test("a fingerprint in the spec must be shown; the record is not asked", async () => {
    const { remote, hostKeys } = fresh();
    const right = server.machine({ hostKey: server.fingerprint });
    expect(await remote.login(right, signal)).toMatchObject({ firstSeen: false });
    expect(await hostKeys.list()).toEqual([]);
    const hostKey = `SHA256:${"A".repeat(43)}`;
    expect(await rejection(remote.login(server.machine({ hostKey }), signal))).toMatchObject({
      code: "HOST_KEY_UNKNOWN",
      params: { shown: server.fingerprint, pinned: hostKey },
    });
  });

  test("a server with several keys is accepted by any one of them", async () => {
    const many = await startSshServer({ hostKeys: ["ed25519", "ecdsa", "rsa"] });
    cleanup.push(() => many.stop());
    const hostKey = fingerprintOf(join(many.directory, "host_rsa"));
    expect(await fresh().remote.login(many.machine({ hostKey }), signal)).toMatchObject({ hostKey });
  });
});

describe("machines that cannot be reached", () => {
  test("a closed port, a silent one and one that hangs up are told apart", async () => {
    const closed = await freePort();
    const silent = await listen(() => undefined);
    const rude = await listen((socket) => socket.end());
    const { remote } = fresh({ limits: { handshakeMs: 500 } });
    const reason = async (port: number): Promise<unknown> => {
      const error = await rejection(remote.login(server.machine({ port }), signal));
      expect(error).toMatchObject({ code: "HOST_UNREACHABLE" });
      return (error["params"] as Record<string, unknown>)["reason"];
    };
    expect(await Promise.all([closed, silent.port, rude.port].map(reason))).toEqual([
      "ECONNREFUSED",
      "NO_GREETING",
      "CLOSED_EARLY",
    ]);
  });

  test("something else than sshd on the port is called that", async () => {
    const web = await listen((socket) => socket.write("HTTP/1.0 400 Bad Request\r\n\r\n"));
    const { remote } = fresh({ limits: { handshakeMs: 500 } });
    expect(["SSH_HANDSHAKE_FAILED", "HOST_UNREACHABLE"]).toContain(
      (await rejection(remote.login(server.machine({ port: web.port }), signal)))["code"],
    );
  });

  test("cancelling while the connection is being made does not wait for it", async () => {
    const silent = await listen(() => undefined);
    const { remote } = fresh();
    const started = performance.now();
    const error = await rejection(
      remote.login(server.machine({ port: silent.port }), AbortSignal.timeout(100)),
    );
    expect(error).toMatchObject({ code: "CANCELLED" });
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe("jump hosts", () => {
  test("a machine behind a jump host is reached, and both host keys are checked", async () => {
    const jump = await startSshServer();
    cleanup.push(() => jump.stop());
    const via = (extra: object = {}) =>
      server.machine({
        jump: {
          address: "127.0.0.1",
          port: jump.port,
          user: "root",
          privateKey: `file:${jump.key}`,
          ...extra,
        },
      });
    const { remote, hostKeys } = fresh();
    await remote.login(via(), signal);
    expect((await hostKeys.list()).map(({ fingerprint }) => fingerprint).toSorted()).toEqual(
      [jump.fingerprint, server.fingerprint].toSorted(),
    );
    expect((await remote.run(via(), ["echo", "through"], { signal })).stdout).toBe("through\n");
    const hostKey = `SHA256:${"B".repeat(43)}`;
    expect(await rejection(fresh().remote.login(via({ hostKey }), signal))).toMatchObject({
      code: "HOST_KEY_UNKNOWN",
      params: { endpoint: `127.0.0.1:${jump.port}` },
    });
  });

  test("a machine the jump host cannot reach is not blamed on the jump host", async () => {
    const jump = await startSshServer();
    cleanup.push(() => jump.stop());
    const machine = server.machine({
      port: await freePort(),
      jump: { address: "127.0.0.1", port: jump.port, user: "root", privateKey: `file:${jump.key}` },
    });
    expect(await rejection(fresh().remote.login(machine, signal))).toMatchObject({
      code: "HOST_UNREACHABLE",
      params: { reason: "JUMP_REFUSED" },
    });
  });
});
