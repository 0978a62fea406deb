import { execFile, execFileSync, type ExecFileException } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { MachineSpec } from "../../installer/contract/spec/cluster.ts";
import type { Remote } from "../../installer/core/ports/index.ts";
import { labFolders, openTestLab, type TestLab } from "../lab/harness.ts";
import { testRemote } from "../support/ssh-remote.ts";

export const title = "SSH";

const MACHINES = 4;
const SESSIONS = 25;
/** What sshd's default of ten sessions per connection leaves room for; all three get the same. */
const AT_ONCE = 8;
const ROUNDS = 5;
const MEGABYTES = 200;
const ANSIBLE = "2.19.14";
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), "slipway-bench-ssh-"));
const local = join(folder, "payload");

interface Contender {
  readonly name: string;
  /** Undoes what the last round left, outside the measurement. */
  before(): Promise<void>;
  work(): Promise<void>;
}

const run = (file: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(file, args, { maxBuffer: 1 << 26 }, (error: ExecFileException | null, stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`${file}: ${error.message}\n${stdout}\n${stderr}`)),
    );
  });

/** ansible-core in a virtual environment of the cache folder, installed once. Must run before the lab is entered. */
const ansible = (): string => {
  const home = join(labFolders.cache, "bench", `ansible-core-${ANSIBLE}`);
  const program = join(home, "bin", "ansible");
  if (!existsSync(program)) {
    mkdirSync(home, { recursive: true });
    execFileSync("python3", ["-m", "venv", home]);
    execFileSync(join(home, "bin", "pip"), ["install", "-q", `ansible-core==${ANSIBLE}`], {
      stdio: "inherit",
    });
  }
  return program;
};

/** Runs every contender in turn, round after round, and gives the median seconds of each. */
const alternate = async (contenders: readonly Contender[]): Promise<ReadonlyMap<string, number>> => {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, before, work } of contenders) {
      await before();
      const start = performance.now();
      await work();
      const seconds = (performance.now() - start) / 1_000;
      times.get(name)?.push(seconds);
      process.stderr.write(`round ${round + 1} ${name}: ${seconds.toFixed(3)} s\n`);
    }
  }
  return new Map([...times].map(([name, all]) => [name, median(all)]));
};

const median = (all: readonly number[]): number => {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const sshOptions = (site: TestLab): string[] => [
  "-i",
  site.privateKeyFile,
  "-o",
  "StrictHostKeyChecking=accept-new",
  "-o",
  `UserKnownHostsFile=${folder}/known_hosts`,
  "-o",
  "LogLevel=ERROR",
  "-o",
  `ControlPath=${folder}/%h`,
];

const machinesOf = (site: TestLab): MachineSpec[] =>
  site.spec.machines.map((machine) => ({
    ...machine,
    ssh: { user: "root", privateKey: `file:${site.privateKeyFile}`, ...machine.ssh },
  }));

const nothing = async (): Promise<void> => undefined;

const commands = async (site: TestLab, program: string): Promise<string> => {
  const machines = machinesOf(site);
  const options = sshOptions(site);
  const addresses = machines.map(({ address }) => address);
  const inventory = join(folder, "inventory");
  // Machines in turn, so that ansible's first forks do not all log in to the same one and meet its MaxStartups.
  const hosts = Array.from({ length: SESSIONS }, (_, n) =>
    machines.map(({ name, address }) => `${name}-${n} ansible_host=${address}`),
  ).flat();
  writeFileSync(inventory, `${hosts.join("\n")}\n`);
  writeFileSync(
    join(folder, "ansible.cfg"),
    `[defaults]\nforks=${MACHINES * AT_ONCE}\ngathering=explicit\ninterpreter_python=/usr/bin/python3\n[ssh_connection]\npipelining=True\nssh_args=${options.join(" ")} -o ControlMaster=auto -o ControlPersist=60s\n`,
  );
  process.env["ANSIBLE_CONFIG"] = join(folder, "ansible.cfg");
  let remote: Remote = testRemote().remote;
  const all = (): Promise<unknown> =>
    Promise.all(
      machines.flatMap((machine) =>
        Array.from({ length: SESSIONS }, () => remote.run(machine, ["true"], { signal })),
      ),
    );
  const openMasters = `for a in ${addresses.join(" ")}; do ssh ${options.join(" ")} -o ControlMaster=yes -o ControlPersist=60 -fN root@$a & done; wait`;
  const closeMasters = `for a in ${addresses.join(" ")}; do ssh ${options.join(" ")} -O exit root@$a 2>/dev/null; done; true`;
  const loop = `for a in ${addresses.join(" ")}; do seq ${SESSIONS} | xargs -P ${AT_ONCE} -I{} ssh ${options.join(" ")} root@$a true & done; wait`;
  const shell = (script: string): Promise<void> => run("bash", ["-c", script]);
  const fresh = async (): Promise<void> => {
    await remote.close();
    remote = testRemote().remote;
  };
  const play = ["all", "-i", inventory, "-u", "root", "-m", "raw", "-a", "true"];
  const times = await alternate([
    {
      name: "Slipway, connections open",
      before: async () => void (await all()),
      work: async () => void (await all()),
    },
    {
      name: "OpenSSH loop, masters open",
      before: () => shell(closeMasters).then(() => shell(openMasters)),
      work: () => shell(loop),
    },
    { name: "ansible, masters open", before: nothing, work: () => run(program, play) },
    { name: "Slipway, from nothing", before: fresh, work: async () => void (await all()) },
    {
      name: "OpenSSH loop, from nothing",
      before: () => shell(closeMasters),
      work: () => shell(`${openMasters}; ${loop}`),
    },
    { name: "ansible, from nothing", before: () => shell(closeMasters), work: () => run(program, play) },
  ]);
  await shell(closeMasters);
  await remote.close();
  return table(
    [
      `\`true\` in ${MACHINES * SESSIONS} sessions, ${SESSIONS} on each of ${MACHINES} machines`,
      "median s",
      "sessions/s",
      "time against Slipway's",
    ],
    [...times].map(([name, seconds]) => [
      name,
      seconds.toFixed(2),
      ((MACHINES * SESSIONS) / seconds).toFixed(0),
      `${(seconds / (times.get(name.endsWith("nothing") ? "Slipway, from nothing" : "Slipway, connections open") ?? seconds)).toFixed(1)} x`,
    ]),
  );
};

const uploads = async (site: TestLab): Promise<string> => {
  const [machine] = machinesOf(site);
  if (machine === undefined) throw new Error("the lab is empty");
  const { remote } = testRemote();
  const options = sshOptions(site);
  const target = "/var/lib/slipway/payload";
  const content = randomBytes(MEGABYTES * 1_000_000);
  writeFileSync(local, content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const ssh = [...options, `root@${machine.address}`];
  const clear = (): Promise<void> => run("ssh", [...ssh, `rm -f ${target} && sync -f /var/lib/slipway`]);
  const scp = (extra: readonly string[] = []): Promise<void> =>
    run("scp", ["-q", ...extra, ...options, local, `root@${machine.address}:${target}`]);
  const gcm = ["-c", "aes128-gcm@openssh.com"];
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const delays: number[] = [];
  const cpu: number[] = [];
  const upload = async (): Promise<void> => {
    delay.reset();
    delay.enable();
    const before = process.cpuUsage();
    await remote.upload(machine, { local, remote: target }, { signal, mode: 0o644, sha256 });
    const { user, system } = process.cpuUsage(before);
    delay.disable();
    delays.push(delay.percentile(99) / 1e6);
    cpu.push((user + system) / 1e6);
  };
  const times = await alternate([
    {
      name: "Slipway (digest checked, on disk)",
      before: clear,
      work: upload,
    },
    { name: "scp", before: clear, work: () => scp() },
    { name: "scp, aes128-gcm", before: clear, work: () => scp(gcm) },
    {
      name: "scp, aes128-gcm, then sha256sum and sync",
      before: clear,
      work: async () => {
        await scp(gcm);
        await run("ssh", [...ssh, `sha256sum ${target} && sync ${target} && sync /var/lib/slipway`]);
      },
    },
  ]);
  await remote.close();
  const ours = times.get("Slipway (digest checked, on disk)") ?? Number.NaN;
  const rates = table(
    [`upload of ${MEGABYTES} MB to one machine`, "median s", "MB/s", "Slipway's rate against it"],
    [...times].map(([name, seconds]) => [
      name,
      seconds.toFixed(2),
      (MEGABYTES / seconds).toFixed(0),
      (seconds / ours).toFixed(2),
    ]),
  );
  const own = `While it uploads, Slipway's process uses ${median(cpu).toFixed(2)} s of CPU; 99 % of its event loop's turns come within ${median(delays).toFixed(0)} ms (medians).`;
  return `${rates}\n\n${own}`;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join(
    "\n",
  );
};

/** A trivial command in many sessions, and a large file, against OpenSSH and ansible over the same lab machines. */
export const measure = async (): Promise<string> => {
  const program = ansible();
  const site = await openTestLab({ name: "bench-ssh", machines: MACHINES });
  try {
    const first = await commands(site, program);
    const second = await uploads(site);
    return [
      first,
      `At most ${AT_ONCE} sessions per machine at once for each of them. OpenSSH: \`xargs -P ${AT_ONCE}\` per machine over a ControlMaster; ansible-core ${ANSIBLE}: \`raw\` module, ${MACHINES * AT_ONCE} forks, ControlPersist, pipelining.`,
      second,
      `${ROUNDS} alternating rounds each; machines of the lab share the cores with all the clients.`,
    ].join("\n\n");
  } finally {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
