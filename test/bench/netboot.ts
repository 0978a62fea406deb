import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Neighbour, openSite, run, SITE_ADDRESS } from "../support/netboot/site.ts";

export const title = "Network boot";

const SUPPORT = join(import.meta.dirname, "../support/netboot");
const ROUNDS = 3;
const TRANSACTIONS = 3000;
const TRANSACTIONS_KEPT = 1000;
const MACHINES = Number(process.env["BENCH_MACHINES"] ?? 1000);
const RELAY = "10.78.0.2";
const TFTPD_PORT = 1069;
const NGINX_PORT = 8081;

const folder = mkdtempSync(join(tmpdir(), "slipway-bench-netboot-"));
const tree = join(folder, "tree");

const output = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      error === null
        ? resolve(stdout)
        : reject(new Error(`${program} ${args.join(" ")}: ${stdout}${stderr}`)),
    );
  });

const median = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;

const clientsAt = ({ prefix: [program = "", ...rest] }: Neighbour) => ({
  /** Runs the load generator on the other computer. */
  load: async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse(
      await output(program, [...rest, process.execPath, join(SUPPORT, "load-process.ts"), ...args]),
    ) as T,
  /** Megabytes a second that wrk downloads with so many connections. */
  wrk: async (connections: number, url: string): Promise<number> => {
    const threads = String(Math.min(2, connections));
    const said = await output(program, [
      ...rest,
      "wrk",
      "-t",
      threads,
      "-c",
      String(connections),
      "-d",
      "5s",
      "--timeout",
      "30s",
      url,
    ]);
    const [, amount = "", unit = ""] = /Transfer\/sec:\s+([\d.]+)(\w+)/.exec(said) ?? [];
    return (Number(amount) * ({ KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit] ?? Number.NaN)) / 1e6;
  },
});
type Clients = ReturnType<typeof clientsAt>;

interface Server {
  readonly child: ChildProcess;
  /** Highest resident memory so far, in MiB. */
  peakMb(): number;
  stop(): Promise<void>;
}

const start = async (program: string, args: readonly string[], readyAfterMs: number): Promise<Server> => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (readyAfterMs === 0) await new Promise((resolve) => child.stdout.once("data", resolve));
  else await new Promise((resolve) => setTimeout(resolve, readyAfterMs));
  if (child.exitCode !== null) throw new Error(`${program} ended`);
  return {
    child,
    peakMb: () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    stop: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
};

const ours = (bridge: string, ...journal: readonly string[]): Promise<Server> =>
  start(process.execPath, [join(SUPPORT, "serve-process.ts"), bridge, SITE_ADDRESS, tree, ...journal], 0);

/** With a file it writes all its leases anew at each acknowledgement; without one it keeps them in memory. */
const dnsmasq = (bridge: string, leases: string): Promise<Server> => {
  const config = join(folder, "dnsmasq.conf");
  const lines = [
    "port=0",
    `interface=${bridge}`,
    "bind-interfaces",
    "except-interface=lo",
    "no-ping",
    "user=root",
  ];
  const range = "dhcp-range=10.78.1.0,10.78.200.255,255.255.0.0,1h";
  const rest = [range, "dhcp-authoritative", "dhcp-lease-max=60000", "quiet-dhcp", "dhcp-boot=loader.efi"];
  writeFileSync(config, [...lines, ...rest, leases, `pid-file=${folder}/pid`, ""].join("\n"));
  return start("dnsmasq", ["--keep-in-foreground", `--conf-file=${config}`], 1000);
};

const nginx = (): Promise<Server> => {
  const config = join(folder, "nginx.conf");
  writeFileSync(
    config,
    `daemon off; worker_processes 1; error_log /dev/null; pid ${folder}/nginx.pid; user root;
events { worker_connections 4096; }
http { access_log off; sendfile on; tcp_nopush on; server { listen ${SITE_ADDRESS}:${NGINX_PORT}; location /b/ { alias ${tree}/; } } }\n`,
  );
  return start("nginx", ["-c", config], 1000);
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, at) => (at === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** Runs both in turn, so that a busy moment hits both; medians. */
const alternate = async (
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<[number, number]> => {
  const all: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    all[0].push(await first());
    all[1].push(await second());
  }
  return [median(all[0]), median(all[1])];
};

const benchDhcp = async (bridge: string, clients: Clients): Promise<string> => {
  const rate = async (count: number, open: () => Promise<Server>): Promise<number> => {
    const server = await open();
    try {
      const { perSecond, resends } = await clients.load<{ perSecond: number; resends: number }>(
        ...["dhcp", SITE_ADDRESS, RELAY, String(count)],
      );
      process.stderr.write(`dhcp ${perSecond.toFixed(0)}/s, ${resends} resends\n`);
      return perSecond;
    } finally {
      await server.stop();
    }
  };
  let run = 0;
  const [memory, peerMemory] = await alternate(
    () => rate(TRANSACTIONS, () => ours(bridge)),
    () => rate(TRANSACTIONS, () => dnsmasq(bridge, "leasefile-ro")),
  );
  const [kept, peerKept] = await alternate(
    () => rate(TRANSACTIONS_KEPT, () => ours(bridge, join(folder, `journal-${(run += 1)}`, "journal.db"))),
    () => rate(TRANSACTIONS_KEPT, () => dnsmasq(bridge, `dhcp-leasefile=${folder}/leases-${(run += 1)}`)),
  );
  const row = (name: string, own: number, peer: number): string[] => [
    ...[name, own.toFixed(0), peer.toFixed(0)],
    (own / peer).toFixed(2),
  ];
  return table(
    ["DHCP, DISCOVER to ACK through a relay, transactions/s", "Slipway", "dnsmasq", "ratio"],
    [
      row(`leases in memory, ${TRANSACTIONS} machines`, memory, peerMemory),
      row(`leases kept (journal; lease file), ${TRANSACTIONS_KEPT} machines`, kept, peerKept),
    ],
  );
};

const benchTftp = async (clients: Clients): Promise<string> => {
  const rows: string[][] = [];
  for (const delay of [0, 20, 100]) {
    const file = delay === 0 ? "file-8m" : "file-256k";
    const rate = async (port: number, window: number): Promise<number> => {
      const args = ["tftp", SITE_ADDRESS, String(port), file, String(window), String(delay)];
      const { kbPerSecond } = await clients.load<{ kbPerSecond: number }>(...args);
      process.stderr.write(
        `tftp ${delay} ms, window ${window}, port ${port}: ${kbPerSecond.toFixed(0)} kB/s\n`,
      );
      return kbPerSecond;
    };
    const [own, peer] = await alternate(
      () => rate(69, 1),
      () => rate(TFTPD_PORT, 1),
    );
    const windowed = await rate(69, 16);
    rows.push([`${delay} ms`, own.toFixed(0), peer.toFixed(0), (own / peer).toFixed(2), windowed.toFixed(0)]);
  }
  const head = ["TFTP, blocks of 1468 bytes, kB/s", "Slipway", "tftpd-hpa", "ratio", "Slipway, window of 16"];
  return table(head, rows);
};

const benchHttp = async (clients: Clients): Promise<string> => {
  const rows: string[][] = [];
  for (const count of [1, 16, 128]) {
    const url = (port: number): string => `http://${SITE_ADDRESS}:${port}/b/image-64m`;
    const [own, peer] = await alternate(
      () => clients.wrk(count, url(80)),
      () => clients.wrk(count, url(NGINX_PORT)),
    );
    process.stderr.write(`http ${count}: ${own.toFixed(0)} and ${peer.toFixed(0)} MB/s\n`);
    rows.push([String(count), own.toFixed(0), peer.toFixed(0), (own / peer).toFixed(2)]);
  }
  return table(["HTTP, an image of 64 MiB, MB/s; clients", "Slipway", "nginx (sendfile)", "ratio"], rows);
};

interface Storm {
  readonly machines: number;
  readonly failures: number;
  readonly first: string;
  readonly p50: number;
  readonly p99: number;
  readonly seconds: number;
}

const benchStorm = async (server: Server, clients: Clients): Promise<string> => {
  const storm = await clients.load<Storm>("storm", SITE_ADDRESS, RELAY, String(MACHINES));
  const { machines, failures, first, p50, p99, seconds } = storm;
  return [
    `${machines} machines switched on within 10 s, each DHCP, a loader of 170 kB over TFTP and 16 MiB over HTTP:`,
    `${failures} failures${first === "" ? "" : ` (${first})`}, median ${p50.toFixed(1)} s, p99 ${p99.toFixed(1)} s,`,
    `all done after ${seconds.toFixed(0)} s; the server's memory was at most ${server.peakMb().toFixed(0)} MiB.`,
  ].join(" ");
};

/** DHCP against dnsmasq, TFTP against tftpd-hpa, HTTP against nginx, and a storm; in a network of their own. Needs root. */
export const measure = async (): Promise<string> => {
  mkdirSync(tree);
  for (const [name, size] of [
    ["loader.efi", 170_000],
    ["file-256k", 2 ** 18],
    ["file-8m", 2 ** 23],
    ["image-16m", 2 ** 24],
    ["image-64m", 2 ** 26],
  ] as const) {
    writeFileSync(join(tree, name), Buffer.alloc(size, name), { mode: 0o644 });
  }
  run("chmod", "755", folder, tree);
  const site = openSite(`benchnb${process.pid}`);
  const started: Server[] = [];
  try {
    const other = site.neighbour("load", "10.77.0.9");
    run("ip", "-n", other.namespace, "address", "add", `${RELAY}/16`, "dev", "eth0");
    run("ip", "-n", site.name, "route", "add", "10.78.0.0/16", "dev", site.bridge);
    const clients = clientsAt(other);
    const sections = [await benchDhcp(site.bridge, clients)];
    const server = await ours(site.bridge);
    started.push(server, await nginx());
    const tftpd = [
      "--foreground",
      "--listen",
      "--address",
      `${SITE_ADDRESS}:${TFTPD_PORT}`,
      "--user",
      "root",
      "--secure",
      tree,
    ];
    started.push(await start("in.tftpd", tftpd, 1000));
    sections.push(await benchTftp(clients), await benchHttp(clients));
    sections.push(`Slipway's memory after serving 128 clients: at most ${server.peakMb().toFixed(0)} MiB.`);
    sections.push(await benchStorm(server, clients));
    const [cpu] = cpus();
    sections.push(
      `${cpus().length} x ${cpu?.model ?? "?"}; medians of ${ROUNDS} alternating rounds; clients share the cores with the servers.`,
    );
    return sections.join("\n\n");
  } finally {
    for (const server of started) await server.stop();
    site.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
