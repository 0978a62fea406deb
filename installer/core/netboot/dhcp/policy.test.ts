import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ip, request, type RequestWish } from "../../../../test/support/netboot/messages.ts";
import { formatAddress, parseBlock } from "../../net/ipv4.ts";
import { latin1, u32Bytes } from "../bytes.ts";
import { OPTION, type MessageType } from "./codes.ts";
import type { DhcpEffect } from "./effects.ts";
import { decodeDhcp } from "./decode.ts";
import { encodeDhcp } from "./encode.ts";
import type { Lease } from "./lease-table.ts";
import type { DhcpMessage } from "./message.ts";
import { DhcpPolicy } from "./policy.ts";
import type { BootDirectory, DhcpSettings, Intent } from "./settings.ts";
import { messageTypeOf, numberOption, textOption } from "./values.ts";

const block = (text: string): NonNullable<ReturnType<typeof parseBlock>> => {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

const settings: DhcpSettings = {
  mode: "full",
  address: ip("10.0.0.1"),
  scopes: [
    {
      subnet: block("10.0.0.0/24"),
      ranges: [{ first: ip("10.0.0.10"), last: ip("10.0.0.12") }],
      router: ip("10.0.0.254"),
      nameServers: [ip("10.0.0.53")],
    },
    {
      subnet: block("10.9.0.0/24"),
      ranges: [{ first: ip("10.9.0.10"), last: ip("10.9.0.20") }],
      router: undefined,
      nameServers: [],
    },
  ],
  leaseSeconds: 3600,
  relays: true,
};

const A = "52:54:00:00:00:0a";
const B = "52:54:00:00:00:0b";
const C = "52:54:00:00:00:0c";
const D = "52:54:00:00:00:0d";

const serve = (over: Partial<Extract<Intent, { kind: "serve" }>> = {}): Intent => ({
  kind: "serve",
  hostName: "node-1",
  reserved: undefined,
  boot: { file: "loader.efi", via: "tftp" },
  ...over,
});

const everybody: BootDirectory = { intentOf: () => serve(), reservedFor: () => undefined };

interface Setup {
  readonly settings?: Partial<DhcpSettings>;
  readonly directory?: Partial<BootDirectory>;
  readonly leases?: readonly Lease[];
}

/** A server whose probes are answered at once: addresses in `inUse` answer. */
class Bench {
  readonly policy: DhcpPolicy;
  readonly inUse = new Set<string>();
  readonly stored: Lease[] = [];
  now = 1_000_000;

  constructor({ settings: over, directory, leases = [] }: Setup = {}) {
    this.policy = new DhcpPolicy(
      { ...settings, ...over },
      { directory: { ...everybody, ...directory }, leases },
    );
  }

  ask(type: MessageType, wish: RequestWish = {}, port = 67): DhcpEffect[] {
    const peer = { address: ip(wish.clientAddress ?? "0.0.0.0"), port: 68 };
    return this.#settle(this.policy.received(request(type, wish), { port, peer, now: this.now }));
  }

  #settle(effects: readonly DhcpEffect[]): DhcpEffect[] {
    return effects.flatMap((effect) => {
      if (effect.kind === "store") this.stored.push(effect.lease);
      if (effect.kind !== "probe") return [effect];
      const { mac, address } = effect;
      const taken = this.inUse.has(formatAddress(address));
      return [effect, ...this.#settle(this.policy.probed(mac, { address, taken, now: this.now }))];
    });
  }

  /** DISCOVER and REQUEST as a client does them; the address it got. */
  boot(mac: string): string {
    const offer = sent(this.ask("discover", { mac }));
    const wanted = formatAddress(offer?.yourAddress ?? 0);
    const ack = sent(this.ask("request", { mac, server: "10.0.0.1", wanted }));
    return ack === undefined || messageTypeOf(ack) !== "ack" ? "none" : formatAddress(ack.yourAddress);
  }
}

const sends = (effects: readonly DhcpEffect[]): Extract<DhcpEffect, { kind: "send" }>[] =>
  effects.flatMap((effect) => (effect.kind === "send" ? [effect] : []));
const sent = (effects: readonly DhcpEffect[]): DhcpMessage | undefined => sends(effects)[0]?.message;
const typeOf = (effects: readonly DhcpEffect[]): string => {
  const message = sent(effects);
  return message === undefined ? "silence" : (messageTypeOf(message) ?? "?");
};
const refusals = (effects: readonly DhcpEffect[]): string[] =>
  effects.flatMap((effect) =>
    effect.kind === "tell" && effect.event.kind === "dhcp-refused"
      ? [`${effect.event.reason} ${effect.event.about}`.trim()]
      : [],
  );

describe("a server that gives addresses", () => {
  test("offers and acknowledges an address with everything a machine needs to boot", () => {
    const bench = new Bench();
    const offer = sent(bench.ask("discover", { mac: A, kind: "pxe", arch: 7 }));
    expect(offer).toMatchObject({
      yourAddress: ip("10.0.0.10"),
      nextServer: ip("10.0.0.1"),
      bootFile: "loader.efi",
    });
    const options = offer?.options ?? new Map<number, Uint8Array>();
    expect(numberOption(options, OPTION.serverIdentifier)).toBe(ip("10.0.0.1"));
    expect(numberOption(options, OPTION.subnetMask)).toBe(ip("255.255.255.0"));
    expect(numberOption(options, OPTION.router)).toBe(ip("10.0.0.254"));
    expect(numberOption(options, OPTION.leaseSeconds)).toBe(3600);
    expect(numberOption(options, OPTION.renewalSeconds)).toBe(1800);
    expect(textOption(options, OPTION.hostName)).toBe("node-1");
    const ack = bench.ask("request", { mac: A, kind: "pxe", server: "10.0.0.1", wanted: "10.0.0.10" });
    expect(typeOf(ack)).toBe("ack");
    expect(ack.findIndex(({ kind }) => kind === "store")).toBeLessThan(
      ack.findIndex(({ kind }) => kind === "send"),
    );
  });

  test("names no boot file to an operating system, nor to a machine that is to start from its disk", () => {
    expect(sent(new Bench().ask("discover", { mac: A }))?.bootFile).toBe("");
    const local = new Bench({ directory: { intentOf: () => serve({ boot: "none" }) } });
    expect(sent(local.ask("discover", { mac: A, kind: "pxe" }))?.bootFile).toBe("");
  });

  test("marks an answer for UEFI HTTP boot with its class, and tells iPXE not to wait for proxies", () => {
    const http = sent(new Bench().ask("discover", { mac: A, kind: "http", arch: 16 }));
    expect(textOption(http?.options ?? new Map(), OPTION.vendorClass)).toBe("HTTPClient");
    const ipxe = sent(new Bench().ask("discover", { mac: A, kind: "ipxe" }));
    expect(ipxe?.options.get(OPTION.ipxe)).toEqual(Uint8Array.of(176, 1, 1));
  });

  test("a boot file longer than its field travels as an option", () => {
    const file = `http://10.0.0.1/${"x".repeat(200)}`;
    const bench = new Bench({ directory: { intentOf: () => serve({ boot: { file, via: "http" } }) } });
    const offer = sent(bench.ask("discover", { mac: A, kind: "ipxe" }));
    expect(offer?.bootFile).toBe("");
    expect(latin1(offer?.options.get(OPTION.bootFile) ?? new Uint8Array())).toBe(file);
  });

  test("does not answer a machine that nobody meant to install, and tells of it", () => {
    const bench = new Bench({
      directory: { intentOf: ({ mac }) => (mac === A ? serve() : { kind: "ignore" }) },
    });
    const effects = bench.ask("discover", { mac: B, kind: "pxe" });
    expect(sends(effects)).toEqual([]);
    expect(refusals(effects)).toEqual(["not-listed"]);
    expect(bench.policy.leases()).toEqual([]);
  });

  test("gives a machine the same address again, and different machines different ones", () => {
    const bench = new Bench();
    expect([A, B, A, C, B].map((mac) => bench.boot(mac))).toEqual([
      "10.0.0.10",
      "10.0.0.11",
      "10.0.0.10",
      "10.0.0.12",
      "10.0.0.11",
    ]);
  });

  test("says that the range is used up instead of giving an address twice, and takes an expired one", () => {
    const bench = new Bench();
    for (const mac of [A, B, C]) bench.boot(mac);
    expect(refusals(bench.ask("discover", { mac: D }))).toEqual(["no-free-address"]);
    bench.now += 3_600_001;
    expect(bench.boot(D)).toBe("10.0.0.10");
  });

  test("skips an address that something answers for, and does not try it again for ten minutes", () => {
    const bench = new Bench();
    bench.inUse.add("10.0.0.10");
    const effects = bench.ask("discover", { mac: A });
    expect(refusals(effects)).toEqual(["address-in-use 10.0.0.10"]);
    expect(sent(effects)?.yourAddress).toBe(ip("10.0.0.11"));
    expect([bench.boot(A), bench.boot(B)]).toEqual(["10.0.0.11", "10.0.0.12"]);
    expect(refusals(bench.ask("discover", { mac: C }))).toEqual(["no-free-address"]);
    bench.inUse.clear();
    bench.now += 600_001;
    expect(bench.boot(C)).toBe("10.0.0.10");
  });

  test("takes a declined address out of use, but only from the machine it was given to", () => {
    const bench = new Bench();
    expect(bench.boot(A)).toBe("10.0.0.10");
    expect(
      bench.ask("decline", { mac: B, wanted: "10.0.0.10" }).filter(({ kind }) => kind !== "tell"),
    ).toEqual([]);
    expect(refusals(bench.ask("decline", { mac: A, wanted: "10.0.0.10" }))).toEqual([
      "address-in-use 10.0.0.10",
    ]);
    expect(bench.boot(A)).toBe("10.0.0.11");
  });

  test("an answer to a repeated question goes to the newest transaction", () => {
    const policy = new DhcpPolicy(settings, { directory: everybody, leases: [] });
    const at = { port: 67, peer: { address: 0, port: 68 }, now: 0 };
    policy.received(request("discover", { mac: A, xid: 1 }), at);
    const second = policy.received(request("discover", { mac: A, xid: 2 }), at);
    expect(second.map(({ kind }) => kind)).toEqual(["tell"]);
    const offer = sent(policy.probed(A, { address: ip("10.0.0.10"), taken: false, now: 1 }));
    expect(offer?.xid).toBe(2);
  });

  test("gives a reserved address to its machine only, even when it lies in the range", () => {
    const bench = new Bench({
      directory: {
        intentOf: ({ mac }) => serve({ reserved: mac === B ? ip("10.0.0.10") : undefined }),
        reservedFor: (address) => (address === ip("10.0.0.10") ? B : undefined),
      },
    });
    expect(bench.boot(A)).toBe("10.0.0.11");
    expect(bench.boot(B)).toBe("10.0.0.10");
  });

  test("refuses an address of another network or of another machine with a NAK to everybody", () => {
    const bench = new Bench();
    bench.boot(A);
    const foreign = bench.ask("request", { mac: B, wanted: "192.168.1.5" });
    expect(typeOf(foreign)).toBe("nak");
    expect(sends(foreign)[0]?.to).toEqual({ kind: "broadcast", port: 68 });
    expect(typeOf(bench.ask("request", { mac: B, wanted: "10.0.0.10" }))).toBe("nak");
    expect(refusals(foreign)).toEqual(["wrong-address 192.168.1.5"]);
  });

  test("lets a machine keep its address after the leases were lost", () => {
    const bench = new Bench();
    expect(typeOf(bench.ask("request", { mac: A, wanted: "10.0.0.12" }))).toBe("ack");
    expect(bench.boot(A)).toBe("10.0.0.12");
  });

  test("renews by unicast to the machine's address", () => {
    const bench = new Bench();
    bench.boot(A);
    const renewed = bench.ask("request", { mac: A, clientAddress: "10.0.0.10" });
    expect(sends(renewed)[0]?.to).toEqual({ kind: "unicast", address: ip("10.0.0.10"), port: 68 });
  });

  test("stays silent when the machine chose another server, frees its offer and names the other one", () => {
    const bench = new Bench();
    bench.ask("discover", { mac: A });
    const effects = bench.ask("request", { mac: A, server: "10.0.0.2", wanted: "10.0.0.77" });
    expect(typeOf(effects)).toBe("silence");
    expect(refusals(effects)).toEqual(["other-server 10.0.0.2"]);
    expect(bench.policy.leases()).toEqual([]);
  });

  test("keeps a released address for its machine, but gives it away before it says that there is none", () => {
    const bench = new Bench();
    for (const mac of [A, B, C]) bench.boot(mac);
    bench.ask("release", { mac: B, clientAddress: "10.0.0.11" });
    expect(bench.boot(D)).toBe("10.0.0.11");
    expect(bench.stored.map(({ state }) => state)).toEqual(["bound", "bound", "bound", "released", "bound"]);
  });

  test("answers INFORM without an address or a lease", () => {
    const bench = new Bench();
    const effects = bench.ask("inform", { mac: A, clientAddress: "10.0.0.200" });
    expect(sent(effects)).toMatchObject({ yourAddress: 0 });
    expect(sent(effects)?.options.has(OPTION.leaseSeconds)).toBe(false);
    expect(bench.stored).toEqual([]);
  });

  test("after a restart the stored leases hold", () => {
    const first = new Bench();
    first.boot(A);
    first.boot(B);
    const second = new Bench({ leases: first.stored });
    expect(second.boot(C)).toBe("10.0.0.12");
    expect(second.boot(B)).toBe("10.0.0.11");
  });
});

describe("a relay", () => {
  const information = Uint8Array.of(1, 2, 0xab, 0xcd);

  test("gets the answer, with what it added unchanged and an address of its own subnet", () => {
    const effects = new Bench().ask("discover", { mac: A, relay: "10.9.0.1", relayInformation: information });
    const [send] = sends(effects);
    expect(send?.to).toEqual({ kind: "unicast", address: ip("10.9.0.1"), port: 67 });
    expect(send?.message).toMatchObject({ yourAddress: ip("10.9.0.10"), relayAddress: ip("10.9.0.1") });
    expect([...(send?.message.options ?? [])].at(-1)).toEqual([OPTION.relayInformation, information]);
  });

  test("may name the subnet by link selection", () => {
    const link = Uint8Array.of(5, 4, ...u32Bytes(ip("10.9.0.0")));
    const effects = new Bench().ask("discover", { mac: A, relay: "172.16.0.1", relayInformation: link });
    expect(sent(effects)?.yourAddress).toBe(ip("10.9.0.10"));
  });

  test("of a subnet that nobody set up gets nothing, and when relays are off none does", () => {
    const effects = new Bench().ask("discover", { mac: A, relay: "172.16.0.1" });
    expect(refusals(effects)).toEqual(["no-free-address"]);
    const off = new Bench({ settings: { relays: false } });
    expect(off.ask("discover", { mac: A, relay: "10.9.0.1" })).toEqual([]);
  });

  test("is told to broadcast a NAK", () => {
    const effects = new Bench().ask("request", { mac: A, relay: "10.9.0.1", wanted: "10.0.0.10" });
    expect(sent(effects)).toMatchObject({ broadcast: true });
    expect(typeOf(effects)).toBe("nak");
  });
});

describe("a proxy beside a site's own server", () => {
  const proxy = (): Bench => new Bench({ settings: { mode: "proxy" } });

  test("tells BIOS firmware and iPXE the file at once, and gives no address", () => {
    const offer = sent(proxy().ask("discover", { mac: A, kind: "pxe", arch: 0 }));
    expect(offer).toMatchObject({ yourAddress: 0, bootFile: "loader.efi", nextServer: ip("10.0.0.1") });
    expect(textOption(offer?.options ?? new Map(), OPTION.vendorClass)).toBe("PXEClient");
    expect(offer?.options.get(OPTION.vendorSpecific)).toEqual(Uint8Array.of(6, 1, 8, 255));
    expect(offer?.options.has(OPTION.leaseSeconds)).toBe(false);
  });

  test("sends UEFI firmware to port 4011 and answers it there, where it asked from", () => {
    const bench = proxy();
    const offer = sent(bench.ask("discover", { mac: A, kind: "pxe", arch: 7 }));
    expect(offer).toMatchObject({ yourAddress: 0, bootFile: "" });
    const effects = bench.ask("request", { mac: A, kind: "pxe", arch: 7, clientAddress: "10.0.0.99" }, 4011);
    expect(sent(effects)).toMatchObject({ bootFile: "loader.efi" });
    expect(sends(effects)[0]?.to).toEqual({ kind: "unicast", address: ip("10.0.0.99"), port: 68 });
  });

  test("leaves operating systems, requests to the other server and unlisted machines alone", () => {
    const bench = proxy();
    expect(sends(bench.ask("discover", { mac: A }))).toEqual([]);
    expect(sends(bench.ask("request", { mac: A, kind: "pxe", server: "10.0.0.2" }))).toEqual([]);
    const picky = new Bench({
      settings: { mode: "proxy" },
      directory: { intentOf: () => ({ kind: "ignore" }) },
    });
    expect(sends(picky.ask("discover", { mac: A, kind: "pxe" }))).toEqual([]);
  });
});

describe("any order of any messages", () => {
  const step = fc.record({
    type: fc.constantFrom<MessageType>("discover", "request", "decline", "release", "inform"),
    mac: fc.constantFrom(A, B, C, D),
    wanted: fc.constantFrom("10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.99", "0.0.0.0"),
    server: fc.constantFrom("10.0.0.1", "10.0.0.2", undefined),
    wait: fc.constantFrom(0, 1000, 40_000, 4_000_000),
    taken: fc.boolean(),
  });

  test("never leaves two machines with one address, and never acknowledges one outside the range", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        const holders = new Map<number, { mac: string; until: number }>();
        for (const { type, mac, wanted, server, wait, taken } of steps) {
          bench.now += wait;
          bench.inUse.clear();
          if (taken) bench.inUse.add(wanted);
          const effects = bench.ask(type, { mac, wanted, ...(server === undefined ? {} : { server }) });
          for (const { message } of sends(effects)) {
            expect(decodeDhcp(encodeDhcp(message))).toEqual(message);
            if (messageTypeOf(message) !== "ack" || message.yourAddress === 0) continue;
            expect(message.yourAddress).toBeGreaterThanOrEqual(ip("10.0.0.10"));
            expect(message.yourAddress).toBeLessThanOrEqual(ip("10.0.0.12"));
            const holder = holders.get(message.yourAddress);
            const owner = holder === undefined || holder.until <= bench.now ? mac : holder.mac;
            expect(owner).toBe(mac);
            holders.set(message.yourAddress, { mac, until: bench.now + 3_600_000 });
          }
          if (type === "release" || type === "decline") {
            for (const [address, holder] of holders) if (holder.mac === mac) holders.delete(address);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
