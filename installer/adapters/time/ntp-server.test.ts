import { createSocket } from "node:dgram";
import { describe, expect, test } from "vitest";
import { createTimeServer, ntpAnswer } from "./ntp-server.ts";

const query = (): Buffer => {
  const packet = Buffer.alloc(48);
  packet.writeUInt8((4 << 3) | 3, 0);
  packet.set([1, 2, 3, 4, 5, 6, 7, 8], 40);
  return packet;
};

const unixMs = (packet: Uint8Array, at: number): number => {
  const view = Buffer.from(packet);
  return (view.readUInt32BE(at) - 2_208_988_800 + view.readUInt32BE(at + 4) / 2 ** 32) * 1000;
};

describe("the appliance's time", () => {
  test("answers a client with its own clock, as a server of stratum 10", () => {
    const answer = ntpAnswer(query(), 1_795_000_000_123.25) ?? Buffer.alloc(0);
    expect(answer[0]).toBe((4 << 3) | 4);
    expect(answer[1]).toBe(10);
    expect([...answer.subarray(24, 32)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(unixMs(answer, 32)).toBeCloseTo(1_795_000_000_123.25, 1);
    expect(unixMs(answer, 40)).toBeCloseTo(1_795_000_000_123.25, 1);
  });

  test("keeps telling the time after NTP's era ends in 2036", () => {
    const answer = ntpAnswer(query(), Date.UTC(2037, 0, 1)) ?? Buffer.alloc(0);
    expect(answer.readUInt32BE(40)).toBeLessThan(2 ** 31);
  });

  test.each([
    ["a short packet", Buffer.alloc(47, 0x23)],
    ["an answer", Buffer.alloc(48, 0x24)],
    ["an old version", Buffer.alloc(48, 0x0b)],
  ])("does not answer %s, so that it cannot be made to echo", (_, packet) => {
    expect(ntpAnswer(packet, 0)).toBeUndefined();
  });

  test("is served on a socket, and a port that is taken is told", async () => {
    const taken = createSocket("udp4");
    await new Promise<void>((resolve) => taken.bind(0, "127.0.0.1", resolve));
    const { port } = taken.address();
    const server = createTimeServer(port);
    await expect(server.serve("127.0.0.1")).rejects.toMatchObject({
      code: "TIME_SERVER_UNAVAILABLE",
      params: { problem: "EADDRINUSE" },
    });
    await new Promise<void>((resolve) => taken.close(resolve));
    await server.serve("127.0.0.1");
    await server.serve("127.0.0.1");
    const client = createSocket("udp4");
    const answered = new Promise<Buffer>((resolve) => client.once("message", resolve));
    client.send(query(), port, "127.0.0.1");
    expect(Math.abs(unixMs(await answered, 40) - Date.now())).toBeLessThan(1000);
    client.close();
    await server.close();
  });
});
