import { createHash, randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import type { LabFault } from "../../installer/contract/lab.ts";
import type { Remote } from "../../installer/core/ports/index.ts";
import { rejection, testRemote } from "../support/ssh-remote.ts";
import { openTestLab, type TestLab } from "./harness.ts";

const { signal } = new AbortController();
const SECONDS = 1_000;
/** What the adapter promises for noticing a machine that is gone. */
const NOTICED_WITHIN = 12 * SECONDS;
const local = join(tmpdir(), `slipway-ssh-lab-${process.pid}`);
let site: TestLab;
let remote: Remote;

beforeAll(async () => {
  site = await openTestLab({ name: "ssh", machines: 2 });
  remote = make();
});

afterAll(async () => {
  await remote.close();
  await site.close();
  rmSync(local, { force: true });
});

const make = (secrets: Readonly<Record<string, string>> = {}): Remote =>
  testRemote({ secrets: { clerk: site.clerkPassword, wrong: "not-the-password", ...secrets } }).remote;

const machine = (index: number, ssh: Partial<NonNullable<MachineSpec["ssh"]>> = {}): MachineSpec => {
  const found = site.spec.machines[index];
  if (found === undefined) throw new Error(`the lab has no machine ${index}`);
  return { ...found, ssh: { user: "root", privateKey: `file:${site.privateKeyFile}`, ...found.ssh, ...ssh } };
};

const operator = { user: "operator", sudo: "passwordless" } as const;
const clerk = { user: "clerk", sudo: "password", sudoPassword: "secret:clerk" } as const;
/** clerk without the key: only the password is left. */
const byPassword = (index: number): MachineSpec => {
  const { privateKey: _key, ...ssh } = { ...machine(index).ssh, ...clerk, password: "secret:clerk" };
  return { ...machine(index), ssh };
};

const fault = (name: string, what: LabFault): Promise<void> => site.lab.fault(site.name, name, what);

const asRoot = (name: string, script: string): Promise<unknown> =>
  remote.script(machine(name === "n1" ? 0 : 1), script, { signal });

describe("users and sudo on real machines", () => {
  test.each<[string, Partial<NonNullable<MachineSpec["ssh"]>>]>([
    ["root", {}],
    ["operator without a password", operator],
    ["clerk with a password", clerk],
  ])("%s becomes root, and data on standard input is not mixed with anything", async (_who, ssh) => {
    const target = machine(0, ssh);
    expect(await remote.login(target, signal)).toMatchObject({ hostKey: expect.stringMatching(/^SHA256:/) });
    const result = await remote.script(target, 'id -u; cat; echo "$1" >&2', {
      signal,
      stdin: "first line\nsecond line\n",
      args: ["it's"],
    });
    expect(result).toMatchObject({ stdout: "0\nfirst line\nsecond line\n", stderr: "it's\n" });
    const path = `/var/lib/slipway/by-${ssh.user ?? "root"}`;
    await remote.writeFile(target, { path, content: "content" }, { signal, mode: 0o600 });
    expect(await remote.readFile(target, path, signal)).toBe("content");
  });

  test("the login user is itself where root is not wanted", async () => {
    const result = await remote.run(machine(0, clerk), ["id", "-un"], { signal, asLoginUser: true });
    expect(result.stdout).toBe("clerk\n");
  });

  test("a password logs in, and a wrong one is refused by the name of the way that was tried", async () => {
    expect(await remote.login(byPassword(0), signal)).toMatchObject({ user: "clerk" });
    const wrong = byPassword(0);
    const error = await rejection(
      remote.login({ ...wrong, ssh: { ...wrong.ssh, password: "secret:wrong" } }, signal),
    );
    expect(error).toMatchObject({
      code: "HOST_AUTH_FAILED",
      machine: "n1",
      params: { user: "clerk", methods: "password" },
    });
    expect(JSON.stringify(error)).not.toContain("not-the-password");
  });

  test("a server that only asks interactively gets the same password", async () => {
    // A restart is over when the new server listens; a reload is over while the port is still closed.
    const config = "/etc/ssh/sshd_config.d/interactive.conf";
    await asRoot(
      "n2",
      `printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication yes\\n' >${config}; systemctl restart ssh`,
    );
    try {
      const interactive = make();
      expect(await interactive.login(byPassword(1), signal)).toMatchObject({ user: "clerk" });
      await interactive.close();
    } finally {
      await asRoot("n2", `rm -f ${config}; systemctl restart ssh`);
    }
  });

  test("a wrong sudo password, no password, and no right to use sudo are three different errors", async () => {
    const code = async (ssh: Parameters<typeof machine>[1]): Promise<unknown> => {
      const error = await rejection(remote.run(machine(0, ssh), ["true"], { signal }));
      return error["code"];
    };
    expect(await code({ ...clerk, sudoPassword: "secret:wrong" })).toBe("SUDO_PASSWORD_WRONG");
    expect(await code({ user: "clerk", sudo: "passwordless" })).toBe("SUDO_PASSWORD_NEEDED");
    expect(await rejection(remote.login(machine(0, { user: "clerk", sudo: "none" }), signal))).toMatchObject({
      code: "NOT_ROOT",
    });
    await asRoot(
      "n1",
      "useradd -m guest; echo guest:guests-word | chpasswd; mkdir -p ~guest/.ssh; cp ~clerk/.ssh/authorized_keys ~guest/.ssh/ 2>/dev/null || cp ~/.ssh/authorized_keys ~guest/.ssh/; chown -R guest: ~guest/.ssh",
    );
    const guests = make({ guest: "guests-word" });
    const guest = machine(0, { user: "guest", sudo: "password", sudoPassword: "secret:guest" });
    expect(await rejection(guests.run(guest, ["true"], { signal }))).toMatchObject({ code: "SUDO_REFUSED" });
    await guests.close();
  });

  test("a sudo that wants a terminal, and a machine without sudo, are said to be that", async () => {
    await asRoot("n1", "echo 'Defaults:operator requiretty' >/etc/sudoers.d/zz-tty");
    const run = () => rejection(remote.run(machine(0, operator), ["true"], { signal }));
    expect(await run()).toMatchObject({ code: "SUDO_NEEDS_TTY" });
    await asRoot("n1", "rm /etc/sudoers.d/zz-tty; mv /usr/bin/sudo /usr/bin/sudo.away");
    expect(await run()).toMatchObject({ code: "SUDO_MISSING" });
    await asRoot("n1", "mv /usr/bin/sudo.away /usr/bin/sudo");
  });

  test.each([
    ["operator", operator],
    ["clerk", clerk],
  ])("cancelling ends the whole tree of a command that %s runs by sudo", async (_who, ssh) => {
    const stop = new AbortController();
    const script = "sleep 4711 & timeout 999 sleep 4711 & sleep 4711";
    const running = rejection(
      remote.script(machine(0, ssh), `echo up; ${script}`, {
        signal: stop.signal,
        onOutput: () => stop.abort(),
      }),
    );
    expect(await running).toMatchObject({ code: "CANCELLED" });
    const left = await remote.run(machine(0), ["pgrep", "-fx", "sleep 4711"], { signal, expect: [0, 1] });
    expect(left.stdout).toBe("");
  });
});

describe("machines that go away during a command", () => {
  /** Starts a long command, makes the fault, and gives the error with the time it took to be noticed. */
  const during = async (name: string, what: LabFault): Promise<{ error: unknown; ms: number }> => {
    const target = machine(name === "n1" ? 0 : 1);
    const own = make();
    let begun = 0;
    const { promise: up, resolve } = Promise.withResolvers<void>();
    const running = rejection(
      own.script(target, "echo up; sleep 600", { signal, onOutput: () => resolve() }),
    );
    await up;
    begun = performance.now();
    await fault(name, what);
    const error = await running;
    const ms = performance.now() - begun;
    await own.close();
    return { error, ms };
  };

  test.each<[string, LabFault, LabFault]>([
    ["frozen", { type: "freeze" }, { type: "thaw" }],
    ["cut off", { type: "cut" }, { type: "heal" }],
    ["killed", { type: "kill" }, { type: "start" }],
  ])(
    "one that is %s is CONNECTION_LOST within 12 s, and can be worked with once it is back",
    async (_how, what, undo) => {
      const { error, ms } = await during("n2", what);
      expect(error).toMatchObject({ code: "CONNECTION_LOST", machine: "n2" });
      expect(ms).toBeLessThan(NOTICED_WITHIN);
      const started = performance.now();
      const unreachable = await rejection(make().login(machine(1), signal));
      expect(unreachable).toMatchObject({ code: "HOST_UNREACHABLE", machine: "n2" });
      expect(performance.now() - started).toBeLessThan(NOTICED_WITHIN);
      await fault("n2", undo);
      await expect
        .poll(
          () =>
            remote.login(machine(1), signal).then(
              () => "in",
              () => "out",
            ),
          { timeout: 30 * SECONDS },
        )
        .toBe("in");
    },
  );

  test("a slow link is not mistaken for a dead one", async () => {
    writeFileSync(local, randomBytes(3_000_000));
    const sha256 = createHash("sha256").update(readFileSync(local)).digest("hex");
    const own = make();
    await own.login(machine(1), signal);
    await fault("n2", { type: "slow", kbitPerSecond: 1_500 });
    try {
      const options = { signal, mode: 0o644, sha256 };
      await own.upload(machine(1), { local, remote: "/var/lib/slipway/slow" }, options);
      expect((await own.run(machine(1), ["echo", "alive"], { signal })).stdout).toBe("alive\n");
    } finally {
      await fault("n2", { type: "heal" });
      await own.close();
    }
  });

  test("an upload that is cut off keeps what arrived and continues from there", async () => {
    writeFileSync(local, randomBytes(64 * 1024 * 1024));
    const sha256 = createHash("sha256").update(readFileSync(local)).digest("hex");
    const file = { local, remote: "/var/lib/slipway/resumed" };
    const own = make();
    let cut: Promise<void> | undefined;
    const error = await rejection(
      own.upload(machine(1), file, {
        signal,
        mode: 0o644,
        sha256,
        onProgress: (done) => {
          if (done > 16 * 1024 * 1024) cut ??= fault("n2", { type: "cut" });
        },
      }),
    );
    expect(error).toMatchObject({ code: "CONNECTION_LOST" });
    await cut;
    await fault("n2", { type: "heal" });
    const steps: number[] = [];
    await own.upload(machine(1), file, {
      signal,
      mode: 0o644,
      sha256,
      onProgress: (done) => steps.push(done),
    });
    expect(steps[0]).toBeGreaterThan(8 * 1024 * 1024);
    const digest = await own.run(machine(1), ["sha256sum", file.remote], { signal });
    expect(digest.stdout.split(" ")[0]).toBe(sha256);
    await own.close();
  });

  test("a full disk on the far side is REMOTE_DISK_FULL for writes and uploads, and passes", async () => {
    await fault("n2", { type: "fill-disk" });
    const file = { path: "/var/lib/slipway/conf", content: "x".repeat(100_000) };
    const write = () => remote.writeFile(machine(1), file, { signal, mode: 0o600 });
    expect(await rejection(write())).toMatchObject({ code: "REMOTE_DISK_FULL", machine: "n2" });
    await fault("n2", { type: "free-disk" });
    await write();
  });

  test("other machines go on while one is gone", async () => {
    await fault("n2", { type: "freeze" });
    try {
      const own = make();
      const [dead, alive] = await Promise.allSettled([
        own.login(machine(1), signal),
        own.login(machine(0), signal),
      ]);
      expect(dead).toMatchObject({ reason: { code: "HOST_UNREACHABLE", machine: "n2" } });
      expect(alive).toMatchObject({ status: "fulfilled", value: { user: "root" } });
      await own.close();
    } finally {
      await fault("n2", { type: "thaw" });
    }
  });
});
