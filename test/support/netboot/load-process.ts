/**
 * Clients as a process of their own, for benchmarks; prints one line of JSON.
 * `dhcp SERVER RELAY COUNT`, `tftp SERVER PORT FILE WINDOW DELAY_MS`, `storm SERVER RELAY MACHINES`.
 */
import { createSocket } from "node:dgram";
import { get, Agent } from "node:http";
import { RelayedClients } from "./dhcp-load.ts";
import { fetchTftp } from "./tftp-client.ts";

/** As many machines ask at once as a large rack has. */
const AT_ONCE = 64;
const STORM_MS = 10_000;

const [mode = "", server = "", ...rest] = process.argv.slice(2);
const say = (result: unknown): void => void process.stdout.write(`${JSON.stringify(result)}\n`);
const percentile = (all: readonly number[], share: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? Number.NaN;

const dhcp = async (relay: string, count: number): Promise<void> => {
  const clients = await RelayedClients.open(server, relay);
  const base = process.pid * 100_000;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await clients.address((base + next) >>> 0);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  say({ perSecond: count / ((performance.now() - began) / 1000), resends: clients.resends });
  clients.close();
};

/** Passes one client's packets on, each half of the delay later, as a distant network would. */
const delayed = async (port: number, delayMs: number): Promise<{ port: number; close: () => void }> => {
  const near = createSocket("udp4");
  const far = createSocket("udp4");
  let client = 0;
  let target = port;
  near.on("message", (bytes, from) => {
    client = from.port;
    const to = target;
    setTimeout(() => far.send(bytes, to, server), delayMs / 2);
  });
  far.on("message", (bytes, from) => {
    target = from.port;
    setTimeout(() => near.send(bytes, client, "127.0.0.1"), delayMs / 2);
  });
  await new Promise<void>((resolve) => near.bind(0, "127.0.0.1", resolve));
  return {
    port: near.address().port,
    close: () => {
      near.close();
      far.close();
    },
  };
};

const tftp = async (options: readonly string[]): Promise<void> => {
  const [port = "69", file = "", window = "1", delay = "0"] = options;
  const relay = delay === "0" ? undefined : await delayed(Number(port), Number(delay));
  const began = performance.now();
  const got = await fetchTftp({
    host: relay === undefined ? server : "127.0.0.1",
    port: relay?.port ?? Number(port),
    file,
    blockSize: 1468,
    ...(window === "1" ? {} : { windowSize: Number(window) }),
  });
  const seconds = (performance.now() - began) / 1000;
  relay?.close();
  say({ bytes: got.length, kbPerSecond: got.length / 1000 / seconds });
};

const download = (agent: Agent, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: server, path, agent }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => void (bytes += chunk.length));
      response.once("end", () => (response.complete ? resolve(bytes) : reject(new Error("cut"))));
      response.once("error", reject);
    }).once("error", reject);
  });

const storm = async (relay: string, machines: number): Promise<void> => {
  const clients = await RelayedClients.open(server, relay);
  const agent = new Agent({ keepAlive: false });
  const times: number[] = [];
  const failures: string[] = [];
  const base = process.pid * 100_000;
  const boot = async (n: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, (n / machines) * STORM_MS));
    const began = performance.now();
    try {
      await clients.address((base + n) >>> 0);
      const loader = await fetchTftp({
        host: server,
        port: 69,
        file: "loader.efi",
        blockSize: 1468,
        patienceMs: 2000,
      });
      const image = await download(agent, "/b/image-16m");
      if (loader.length !== 170_000 || image !== 16 * 2 ** 20) throw new Error("short");
      times.push((performance.now() - began) / 1000);
    } catch (error) {
      failures.push(String(error));
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: machines }, (_, n) => boot(n)));
  say({
    machines,
    failures: failures.length,
    first: failures[0] ?? "",
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    seconds: (performance.now() - began) / 1000,
    resends: clients.resends,
  });
  clients.close();
};

const [first = "", second = ""] = rest;
if (mode === "dhcp") await dhcp(first, Number(second));
else if (mode === "tftp") await tftp(rest);
else if (mode === "storm") await storm(first, Number(second));
else process.exitCode = 2;
