import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { request } from "../../../../test/support/netboot/messages.ts";
import { bootClientOf } from "./client.ts";
import { OPTION } from "./codes.ts";
import { decodeDhcp } from "./decode.ts";
import { encodeDhcp } from "./encode.ts";
import type { DhcpMessage } from "./message.ts";
import { encodeSubOptions, messageTypeOf, numberOption, subOptions } from "./values.ts";

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const word = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength: most })
    .map((codes) => String.fromCharCode(...codes));

const messages: fc.Arbitrary<DhcpMessage> = fc.record({
  op: fc.constantFrom("request" as const, "reply" as const),
  hardwareType: fc.nat(255),
  hardwareAddress: fc.uint8Array({ maxLength: 16 }),
  hops: fc.nat(255),
  xid: u32,
  secs: fc.nat(65_535),
  broadcast: fc.boolean(),
  clientAddress: u32,
  yourAddress: u32,
  nextServer: u32,
  relayAddress: u32,
  serverName: word(63),
  bootFile: word(127),
  options: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 600 })), {
      selector: ([code]) => code,
      maxLength: 5,
    })
    .map((entries) => new Map(entries.filter(([code]) => code !== OPTION.overload))),
});

describe("the DHCP codec", () => {
  test("reads back what it wrote, options of more than 255 bytes included", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeDhcp(encodeDhcp(message))).toEqual(message);
      }),
      { numRuns: 60 },
    );
  });

  test("never throws, whatever the bytes", () => {
    const packets = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.tuple(messages, fc.nat(400), fc.nat(255)).map(([message, at, byte]) => {
        const packet = encodeDhcp(message);
        packet[at % packet.length] = byte;
        return packet;
      }),
    );
    fc.assert(
      fc.property(packets, (packet) => {
        const message = decodeDhcp(packet);
        if (message === undefined) return;
        bootClientOf(message);
        subOptions(message.options.get(OPTION.vendorSpecific) ?? packet);
        expect(message.hardwareAddress.length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses an option that runs past the end of the packet", () => {
    const packet = encodeDhcp(request("discover"));
    const cut = packet.slice(0, 242);
    expect(decodeDhcp(cut)).toBeUndefined();
    expect(decodeDhcp(packet.subarray(0, 239))).toBeUndefined();
    expect(decodeDhcp(new Uint8Array(5000))).toBeUndefined();
  });

  test("joins the parts of a long option and reads options from the file and server name fields", () => {
    const packet = encodeDhcp({
      ...request("discover"),
      options: new Map([[OPTION.overload, Uint8Array.of(3)]]),
    });
    packet.set([OPTION.messageType, 1, 1, OPTION.hostName, 1, 0x61, 255], 108);
    packet.set([OPTION.hostName, 1, 0x62, 255], 44);
    const message = decodeDhcp(packet);
    expect(message === undefined ? undefined : messageTypeOf(message)).toBe("discover");
    expect(message?.options.get(OPTION.hostName)).toEqual(Uint8Array.of(0x61, 0x62));
    expect(message).toMatchObject({ bootFile: "", serverName: "" });
  });

  test("answers are never shorter than BOOTP's 300 bytes", () => {
    expect(encodeDhcp(request("discover"))).toHaveLength(300);
  });

  test("numbers are read only from options of the right length", () => {
    expect(numberOption(new Map([[50, Uint8Array.of(10, 0, 0, 1)]]), 50)).toBe(0x0a000001);
    expect(numberOption(new Map([[50, Uint8Array.of(10, 0, 0)]]), 50)).toBeUndefined();
  });

  test("options inside an option survive the way, and a cut one is refused", () => {
    const entries: [number, Uint8Array][] = [
      [6, Uint8Array.of(8)],
      [9, Uint8Array.of(1, 2, 3)],
    ];
    const bytes = encodeSubOptions(entries, { end: true });
    expect([...(subOptions(bytes) ?? [])]).toEqual(entries);
    expect(subOptions(bytes.subarray(0, 5))).toBeUndefined();
  });
});

describe("who is asking", () => {
  test.each([
    ["pxe", 0, "pxe", "bios"],
    ["pxe", 7, "pxe", "efi-x64"],
    ["http", 16, "http", "efi-x64"],
    ["pxe", 11, "pxe", "efi-arm64"],
    ["ipxe", 7, "ipxe", "efi-x64"],
    ["pxe", 4711, "pxe", "unknown"],
    ["system", 0, "system", "unknown"],
  ] as const)("a %s client of type %i is %s on %s", (...row) => {
    const [kind, arch, expected, platform] = row;
    expect(bootClientOf(request("discover", { kind, arch }))).toMatchObject({ kind: expected, platform });
  });

  test("the UUID is shown as the firmware's own screen shows it", () => {
    expect(bootClientOf(request("discover", { kind: "pxe" }))?.uuid).toBe(
      "03020100-0504-0706-0809-0a0b0c0d0e0f",
    );
  });

  test("iPXE is known by a user class with a length, too, and by its option 175", () => {
    const with77 = new Map(request("discover", { kind: "pxe" }).options).set(
      77,
      Uint8Array.of(4, 0x69, 0x50, 0x58, 0x45),
    );
    expect(bootClientOf({ ...request("discover"), options: with77 })?.kind).toBe("ipxe");
    const with175 = new Map(request("discover", { kind: "pxe" }).options).set(175, Uint8Array.of(1, 1, 1));
    expect(bootClientOf({ ...request("discover"), options: with175 })?.kind).toBe("ipxe");
  });

  test("a client without an Ethernet address is nobody", () => {
    expect(bootClientOf({ ...request("discover"), hardwareType: 32 })).toBeUndefined();
    expect(bootClientOf({ ...request("discover"), hardwareAddress: new Uint8Array(8) })).toBeUndefined();
  });
});
