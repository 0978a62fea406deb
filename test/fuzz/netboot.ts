/**
 * Throws malformed DHCP, TFTP and HTTP at the boot services: at the code that reads packets, and at real servers on
 * loopback in a network of their own. Between them real clients ask for something and must be answered, and memory must
 * not grow. Run with `npm run fuzz netboot [seed]`; needs root for the network; exits 1 when anything broke.
 */
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openBootLibrary } from "../../installer/adapters/netboot/boot-files.ts";
import { memoryLeases } from "../../installer/adapters/netboot/dhcp/memory-leases.ts";
import { startDhcpServer } from "../../installer/adapters/netboot/dhcp/server.ts";
import { FileBlocks } from "../../installer/adapters/netboot/file-blocks.ts";
import { startHttpServer } from "../../installer/adapters/netboot/http/server.ts";
import { startTftpServer } from "../../installer/adapters/netboot/tftp/server.ts";
import { decodeDhcp } from "../../installer/core/netboot/dhcp/decode.ts";
import { encodeDhcp } from "../../installer/core/netboot/dhcp/encode.ts";
import { DhcpPolicy } from "../../installer/core/netboot/dhcp/policy.ts";
import type { BootDirectory, DhcpSettings } from "../../installer/core/netboot/dhcp/settings.ts";
import { messageTypeOf } from "../../installer/core/netboot/dhcp/values.ts";
import { decodeTftp, encodeTftp } from "../../installer/core/netboot/tftp/packet.ts";
import { TftpSender } from "../../installer/core/netboot/tftp/sender.ts";
import { byteRange, parseBootPath } from "../../installer/core/netboot/urls.ts";
import { parseBlock } from "../../installer/core/net/ipv4.ts";
import { ip, request } from "../support/netboot/messages.ts";
import { openSite } from "../support/netboot/site.ts";
import { fetchTftp } from "../support/netboot/tftp-client.ts";

const COUNTS = {
  dhcpCode: 550_000,
  dhcpWire: 60_000,
  tftpCode: 250_000,
  tftpWire: 60_000,
  httpCode: 75_000,
  httpWire: 15_000,
};
const MOST_GROWTH_MB = 32;

const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
let state = seed >>> 0 || 1;
/** xorshift32: fast enough for a million inputs, and the same for the same seed. */
const random = (below: number): number => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
};
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const began = performance.now();
let sound = true;
const expectThat = (what: string, holds: boolean): void => {
  if (holds) return;
  sound = false;
  print(`BROKEN: ${what}`);
};
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const usedMb = (): number => {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
};

/** Damages good bytes in a few places: flips, cuts, growth, and the lengths that decoders trust. */
const damaged = (good: Uint8Array): Uint8Array => {
  if (random(20) === 0) return Uint8Array.from({ length: random(700) }, () => random(256));
  const bytes = Uint8Array.from(good);
  for (let count = 1 + random(6); count > 0; count -= 1) bytes[random(bytes.length)] = random(256);
  switch (random(4)) {
    case 0:
      return bytes.subarray(0, random(bytes.length));
    case 1:
      return Uint8Array.of(...bytes, ...Array.from({ length: random(64) }, () => random(256)));
    default:
      return bytes;
  }
};

const mac = (n: number): string =>
  `02:00:00:00:${((n >> 8) & 255).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
const subnet = parseBlock("127.0.0.0/8");
if (subnet === undefined) throw new Error("never");
const settings: DhcpSettings = {
  mode: "full",
  address: ip("127.0.0.1"),
  scopes: [
    {
      subnet,
      ranges: [{ first: ip("127.1.0.1"), last: ip("127.1.8.0") }],
      router: undefined,
      nameServers: [],
    },
  ],
  leaseSeconds: 3600,
  relays: true,
};
// The damaged packets come from all kinds of addresses; only these are machines of the site.
const listed = (of: string): boolean => of.startsWith("02:00:00:00:0") || random(2) === 0;
const directory: BootDirectory = {
  intentOf: (client) =>
    listed(client.mac)
      ? { kind: "serve", hostName: "n", reserved: undefined, boot: { file: "x", via: "tftp" } }
      : { kind: "ignore" },
  reservedFor: () => undefined,
};

const goodDhcp = [
  encodeDhcp(request("discover", { mac: mac(1), kind: "pxe", arch: 7 })),
  encodeDhcp(request("discover", { mac: mac(2), kind: "http", arch: 16 })),
  encodeDhcp(request("request", { mac: mac(3), kind: "ipxe", server: "127.0.0.1", wanted: "127.1.0.9" })),
  encodeDhcp(request("decline", { mac: mac(4), wanted: "127.1.0.5" })),
  encodeDhcp(request("release", { mac: mac(5), clientAddress: "127.1.0.6" })),
  encodeDhcp(
    request("discover", {
      mac: mac(6),
      relay: "127.0.0.9",
      relayInformation: Uint8Array.of(5, 4, 127, 0, 0, 0),
    }),
  ),
];
const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;

const fuzzDhcpCode = (): void => {
  const policy = new DhcpPolicy(settings, { directory, leases: [] });
  let understood = 0;
  for (let count = 0; count < COUNTS.dhcpCode; count += 1) {
    const now = count * 10;
    const peer = { address: 0, port: 68 };
    const message = decodeDhcp(damaged(pick(goodDhcp)));
    if (message !== undefined) {
      understood += 1;
      for (const effect of policy.received(message, { port: pick([67, 67, 4011]), peer, now })) {
        if (effect.kind === "send") encodeDhcp(effect.message);
        if (effect.kind !== "probe") continue;
        const { address } = effect;
        policy.probed(effect.mac, { address, taken: random(50) === 0, now });
      }
    }
    if (count % 5000 !== 0) continue;
    const client = request("discover", { mac: "02:00:00:00:0f:ff" });
    const probe = policy.received(client, { port: 67, peer, now }).find(({ kind }) => kind === "probe");
    const offer =
      probe?.kind === "probe"
        ? policy.probed(probe.mac, { address: probe.address, taken: false, now })
        : policy.received(client, { port: 67, peer, now });
    expectThat(
      "a DISCOVER between the damaged ones is answered",
      offer.some(({ kind }) => kind === "send"),
    );
  }
  print(`DHCP, code: ${COUNTS.dhcpCode} damaged messages, ${understood} of them still messages`);
};

const goodTftp = [
  encodeTftp({
    kind: "read",
    file: "a.bin",
    mode: "octet",
    options: new Map([
      ["blksize", "1468"],
      ["tsize", "0"],
    ]),
  }),
  encodeTftp({ kind: "write", file: "a.bin", mode: "octet", options: new Map() }),
  encodeTftp({ kind: "ack", block: 1 }),
  encodeTftp({ kind: "error", code: 8, message: "no" }),
  encodeTftp({ kind: "data", block: 1, data: Uint8Array.of(1, 2, 3) }),
];

const fuzzTftpCode = (): void => {
  let understood = 0;
  let sender = new TftpSender(
    { blockSize: 512, windowSize: 8, timeoutMs: 1000, answer: new Map() },
    1_000_000,
  );
  for (let count = 0; count < COUNTS.tftpCode; count += 1) {
    const packet = decodeTftp(damaged(pick(goodTftp)));
    if (packet !== undefined) understood += 1;
    const step = packet?.kind === "ack" ? sender.acknowledged(packet.block) : { kind: "wait" as const };
    if (step.kind === "blocks") expectThat("blocks are of the file", step.first >= 1 && step.last <= 1954);
    if (count % 100 === 0) {
      sender = new TftpSender(
        { blockSize: 512, windowSize: 1 + random(16), timeoutMs: 1000, answer: new Map() },
        random(1_000_000),
      );
    }
  }
  print(`TFTP, code: ${COUNTS.tftpCode} damaged packets, ${understood} of them still packets`);
};

const goodPaths = [
  "/b/a.bin",
  "/m/AAAAAAAAAAAAAAAAAAAAAA/boot.ipxe",
  "/b/%2e%2e/%2e%2e/etc/passwd",
  "/b/..%5c..%5cx",
];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const fuzzHttpCode = async (files: ReturnType<typeof openBootLibrary>): Promise<void> => {
  for (let count = 0; count < COUNTS.httpCode; count += 1) {
    const path = textOf(damaged(bytesOf(pick(goodPaths))));
    parseBootPath(path);
    byteRange(textOf(damaged(bytesOf("bytes=10-20"))), random(1000));
    if (count % 10 !== 0) continue;
    const found = await files.find({ protocol: pick(["http", "tftp"]), path });
    if (found.kind === "found") {
      expectThat(
        `${JSON.stringify(path)} stays in its tree`,
        found.file.kind === "file" && found.file.path.endsWith("a.bin"),
      );
    }
  }
  print(`HTTP, code: ${COUNTS.httpCode} damaged paths and ranges`);
};

const udp = async (port: number): Promise<Socket> => {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
  return socket;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const within = async <T>(ms: number, work: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const first = await Promise.race([work, late]);
  clearTimeout(timer);
  return first;
};

/** A client that asks again when it hears nothing, as real ones do: the flood fills the server's receive buffer. */
const insist = async (what: string, ask: () => Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 6; attempt += 1) if (await ask()) return;
  expectThat(what, false);
};

const fuzzDhcpWire = async (): Promise<void> => {
  const client = await udp(68);
  for (let count = 0; count < COUNTS.dhcpWire; count += 1) {
    client.send(damaged(pick(goodDhcp)), 67, "127.0.0.1");
    if (count % 64 === 0) await turn();
    if (count % 3000 !== 0) continue;
    await insist("a DHCP client between the damaged messages is answered", async () => {
      const xid = 1 + random(2 ** 31);
      const heard = new Promise<boolean>((resolve) => {
        const listen = (bytes: Buffer): void => {
          const answer = decodeDhcp(bytes);
          if (answer?.xid !== xid || messageTypeOf(answer) !== "ack") return;
          client.off("message", listen);
          resolve(true);
        };
        client.on("message", listen);
      });
      client.send(
        encodeDhcp(request("inform", { mac: mac(9), clientAddress: "127.0.0.1", xid })),
        67,
        "127.0.0.1",
      );
      return (await within(1000, heard)) === true;
    });
  }
  client.close();
  print(`DHCP, real server: ${COUNTS.dhcpWire} damaged datagrams`);
};

const fuzzTftpWire = async (content: Uint8Array): Promise<void> => {
  const sockets = await Promise.all(Array.from({ length: 8 }, () => udp(0)));
  for (let count = 0; count < COUNTS.tftpWire; count += 1) {
    pick(sockets).send(damaged(pick(goodTftp)), 69, "127.0.0.1");
    if (count % 64 === 0) await turn();
    if (count % 5000 !== 0) continue;
    await insist("a TFTP client between the damaged packets gets its file", async () => {
      const wish = {
        host: "127.0.0.1",
        port: 69,
        file: "a.bin",
        blockSize: 1024,
        windowSize: 4,
        patienceMs: 1500,
      };
      const got = await fetchTftp(wish).catch(() => undefined);
      return got !== undefined && Buffer.from(content).equals(got);
    });
  }
  for (const socket of sockets) socket.close();
  print(`TFTP, real server: ${COUNTS.tftpWire} damaged datagrams`);
};

const goodRequests = [
  "GET /b/a.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\n",
  "HEAD /m/AAAAAAAAAAAAAAAAAAAAAA/boot.ipxe HTTP/1.1\r\nHost: x\r\n\r\n",
  "POST /b/a.bin HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
  "GET /b/a.bin HTTP/1.0\r\n\r\nGET /b/a.bin HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
];

const sendRaw = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(80, "127.0.0.1");
    socket.once("close", () => resolve());
    socket.on("error", () => undefined);
    socket.on("data", () => socket.destroy());
    socket.setTimeout(30, () => socket.destroy());
    socket.end(bytes);
  });

const fuzzHttpWire = async (content: Uint8Array): Promise<void> => {
  let count = 0;
  const worker = async (): Promise<void> => {
    while (count < COUNTS.httpWire) {
      count += 1;
      const mine = count;
      await sendRaw(damaged(bytesOf(pick(goodRequests))));
      if (mine % 1000 !== 0) continue;
      await insist("an HTTP client between the damaged requests gets its file", async () => {
        const got = await within(3000, fetchHttp("/b/a.bin"));
        return got !== undefined && Buffer.from(content).equals(got);
      });
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  print(`HTTP, real server: ${COUNTS.httpWire} damaged requests`);
};

const fetchHttp = (path: string): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const call = httpRequest({ host: "127.0.0.1", port: 80, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => resolve(Buffer.concat(chunks)));
      response.once("error", () => resolve(undefined));
    });
    call.once("error", () => resolve(undefined));
    call.end();
  });

const folder = mkdtempSync(join(tmpdir(), "slipway-fuzz-netboot-"));
const content = Uint8Array.from({ length: 70_000 }, () => random(256));
writeFileSync(join(folder, "a.bin"), content);
process.on("uncaughtException", (error) => {
  print(`CRASH: ${error.stack ?? String(error)}`);
  process.exit(1);
});
print(`seed ${seed}`);
const site = openSite(`fuzz${process.pid}`);
const device = { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", mac: "00:00:00:00:00:00" };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const files = openBootLibrary(folder);
const blocks = new FileBlocks();
let events = 0;
const common = { device, files, blocks, clock, macAt: () => mac(1), onEvent: () => void (events += 1) };
const dhcp = await startDhcpServer({
  ...common,
  settings,
  directory,
  store: memoryLeases(),
  probe: { taken: async () => false },
  onStoreFault: (fault) => {
    throw fault;
  },
});
const tftp = await startTftpServer({ ...common, limits: { blockSize: 1468, windowSize: 64 } });
const http = await startHttpServer(common);
try {
  // Once through a part of everything first, so that what stays loaded does not count as growth.
  await fuzzHttpCode(files);
  fuzzDhcpCode();
  const before = usedMb();
  fuzzTftpCode();
  await fuzzDhcpWire();
  await fuzzTftpWire(content);
  await fuzzHttpWire(content);
  await http.close();
  await tftp.close();
  await dhcp.close();
  const after = usedMb();
  print(
    `memory in use: ${before.toFixed(1)} MiB before the real servers, ${after.toFixed(1)} MiB after them`,
  );
  expectThat(`memory grows by less than ${MOST_GROWTH_MB} MiB`, after - before < MOST_GROWTH_MB);
} finally {
  site.close();
  rmSync(folder, { recursive: true, force: true });
}
const total = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
const seconds = (performance.now() - began) / 1000;
print(`${total} inputs in ${seconds.toFixed(0)} s, ${events} events told`);
print(sound ? "no crash, every valid client answered" : "FAILED");
process.exit(sound ? 0 : 1);
