import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arpProbe, checksum, decodeArp, decodeUdpFrame, udpFrame } from "./frames.ts";
import { macOf, parseMac } from "./mac.ts";
import {
  decodeAdvertisement,
  encodeAdvertisement,
  isSolicitation,
  silentAdvertisement,
} from "./router-advertisement.ts";

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macOf(bytes) ?? "");
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const port = fc.nat(65_535);

describe("frames", () => {
  const datagrams = fc.record({
    sourceMac: mac,
    source: u32,
    sourcePort: port,
    targetMac: mac,
    target: u32,
    targetPort: port,
    payload: fc.uint8Array({ maxLength: 100 }),
  });

  test("a datagram survives the way into a frame and out of it", () => {
    fc.assert(
      fc.property(datagrams, ({ payload, ...route }) => {
        expect(decodeUdpFrame(udpFrame(route, payload))).toEqual({ ...route, payload });
      }),
      { numRuns: 100 },
    );
  });

  test("both checksums add up to nothing, as a receiver wants them", () => {
    fc.assert(
      fc.property(datagrams, ({ payload, ...route }) => {
        const frame = udpFrame(route, payload);
        const udp = frame.subarray(34);
        const pseudo = new Uint8Array(12);
        pseudo.set(frame.subarray(26, 34), 0);
        pseudo.set([0, 17, udp.length >> 8, udp.length & 255], 8);
        expect(checksum([frame.subarray(14, 34)])).toBe(0);
        expect(checksum([pseudo, udp])).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test("never throws on a foreign frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (frame) => {
        expect(() => [decodeUdpFrame(frame), decodeArp(frame), decodeAdvertisement(frame)]).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  test("an ARP probe asks from no address, so that nobody learns a wrong one", () => {
    expect(decodeArp(arpProbe("52:54:00:00:00:01", 0x0a000005))).toEqual({
      operation: "ask",
      senderMac: "52:54:00:00:00:01",
      senderAddress: 0,
      targetMac: "00:00:00:00:00:00",
      targetAddress: 0x0a000005,
    });
  });
});

describe("router advertisements", () => {
  test("survive the way to bytes and back", () => {
    const advertisements = fc.record({
      hopLimit: fc.nat(255),
      managed: fc.boolean(),
      other: fc.boolean(),
      lifetime: port,
      source: fc.option(mac, { nil: undefined }),
    });
    fc.assert(
      fc.property(advertisements, (of) => {
        expect(decodeAdvertisement(encodeAdvertisement(of))).toEqual(of);
      }),
      { numRuns: 100 },
    );
  });

  test("of ours offer no route, no prefix and no DHCPv6", () => {
    const bytes = encodeAdvertisement(silentAdvertisement("52:54:00:00:00:01"));
    expect(decodeAdvertisement(bytes)).toMatchObject({ lifetime: 0, managed: false, other: false });
    expect(bytes).toHaveLength(24);
  });

  test("are asked for by solicitations only", () => {
    expect(isSolicitation(Uint8Array.of(133, 0, 0, 0, 0, 0, 0, 0))).toBe(true);
    expect(isSolicitation(Uint8Array.of(134, 0, 0, 0, 0, 0, 0, 0))).toBe(false);
    expect(isSolicitation(Uint8Array.of(133, 0))).toBe(false);
  });
});

describe("hardware addresses", () => {
  test.each([
    ["52:54:00:AA:bb:01", "52:54:00:aa:bb:01"],
    ["52-54-00-AA-bb-01", "52:54:00:aa:bb:01"],
    ["01-52-54-00-aa-bb-01", "52:54:00:aa:bb:01"],
    ["52:54:00:aa:bb", undefined],
    ["52:54:00:aa:bb:zz", undefined],
  ])("%s is %s", (text, expected) => expect(parseMac(text)).toBe(expected));
});
