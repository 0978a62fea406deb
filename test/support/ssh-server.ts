import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MachineSpec } from "../../installer/contract/spec/cluster.ts";

/** A real OpenSSH server on 127.0.0.1 with configuration, host key and user key of its own. Needs root. */
export interface SshServer {
  readonly port: number;
  readonly directory: string;
  /** Path of the private key that may log in as root. */
  readonly key: string;
  /** SHA256:... fingerprint of its ed25519 host key, by ssh-keygen. */
  readonly fingerprint: string;
  readonly pid: number;
  /** A spec for this server; `ssh` is merged over user root and the key. */
  machine(ssh?: Readonly<Record<string, unknown>>): MachineSpec;
  stop(): Promise<void>;
}

/** What differs from a plain server. */
export interface SshServerOptions {
  /** Lines of sshd_config. */
  readonly config?: readonly string[];
  /** Listen on this port again, as after a reinstallation. */
  readonly port?: number;
  /** Use this user key instead of a new one. */
  readonly key?: string;
  /** Kinds of host keys to have. Default ed25519 only. */
  readonly hostKeys?: readonly ("ed25519" | "ecdsa" | "rsa")[];
}

/** Starts the server and waits until it listens. */
export const startSshServer = async (options: SshServerOptions = {}): Promise<SshServer> => {
  const directory = mkdtempSync(join(tmpdir(), "slipway-sshd-"));
  const kinds = options.hostKeys ?? ["ed25519"];
  for (const kind of kinds) generateKey(join(directory, `host_${kind}`), { kind });
  const key = join(directory, "user");
  if (options.key === undefined) generateKey(key);
  else for (const end of ["", ".pub"]) copyFileSync(options.key + end, key + end);
  writeFileSync(join(directory, "authorized_keys"), readFileSync(`${key}.pub`), { mode: 0o600 });
  const port = options.port ?? (await freePort());
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...kinds.map((kind) => `HostKey ${directory}/host_${kind}`),
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    "StrictModes no",
    "PermitRootLogin yes",
    "PidFile none",
    "UsePAM no",
    ...(options.config ?? []),
  ];
  writeFileSync(join(directory, "sshd_config"), `${config.join("\n")}\n`);
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(directory, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await listening(child);
  return {
    port,
    directory,
    key,
    fingerprint: fingerprintOf(`${directory}/host_${kinds[0] ?? "ed25519"}`),
    pid: child.pid ?? 0,
    machine: (ssh = {}) =>
      MachineSpec.parse({
        name: "loopback",
        address: "127.0.0.1",
        ssh: { port, user: "root", privateKey: `file:${key}`, ...ssh },
      }),
    stop: () => stop(child, directory),
  };
};

/** Makes a key pair with ssh-keygen. */
export const generateKey = (
  path: string,
  { kind = "ed25519", passphrase = "" }: { kind?: string; passphrase?: string } = {},
): void => {
  execFileSync("ssh-keygen", ["-q", "-t", kind, "-N", passphrase, "-C", "slipway-test", "-f", path]);
};

/** Fingerprint of a public key by ssh-keygen. */
export const fingerprintOf = (path: string): string =>
  execFileSync("ssh-keygen", ["-lf", `${path}.pub`], { encoding: "utf8" }).split(" ")[1] ?? "";

/** A port of the loopback interface that nothing listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

const listening = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Server listening")) resolve();
    });
  });

const stop = (child: ChildProcess, directory: string): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      rmSync(directory, { recursive: true, force: true });
      resolve();
    };
    if (child.exitCode !== null || child.signalCode !== null) done();
    else {
      child.once("exit", done);
      child.kill("SIGTERM");
    }
  });
