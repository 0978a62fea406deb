import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bootClientOf } from "./dhcp/client.ts";
import { decodeDhcp } from "./dhcp/decode.ts";
import { encodeDhcp } from "./dhcp/encode.ts";
import { messageTypeOf } from "./dhcp/values.ts";
import { negotiate } from "./tftp/negotiate.ts";
import { decodeTftp } from "./tftp/packet.ts";

interface Capture {
  readonly program: string;
  readonly protocol: "dhcp" | "tftp";
  readonly message: string;
  readonly port: number;
  readonly hex: string;
}

const captures = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/netboot/clients.json", import.meta.url), "utf8"),
) as readonly Capture[];
const bytesOf = ({ hex }: Capture): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const dhcp = captures.filter(({ protocol }) => protocol === "dhcp");
const tftp = captures.filter(({ protocol }) => protocol === "tftp");

const kinds: Readonly<Record<string, { kind: string; platform: string }>> = {
  "iPXE ROM of QEMU 10 with SeaBIOS": { kind: "ipxe", platform: "bios" },
  "iPXE snponly.efi of Debian 12": { kind: "ipxe", platform: "efi-x64" },
  "OVMF 2022.11 PXE": { kind: "pxe", platform: "efi-x64" },
  "OVMF 2022.11 HTTP boot": { kind: "http", platform: "efi-x64" },
  "busybox 1.35": { kind: "system", platform: "unknown" },
};

describe("recorded packets of real programs", () => {
  test("are there for every kind of client", () => {
    expect(Object.keys(kinds).filter((name) => !dhcp.some(({ program }) => program === name))).toEqual([]);
    expect(tftp.length).toBeGreaterThan(0);
  });

  test.each(dhcp)(
    "$program, $message on port $port, is understood and survives our own writing",
    (capture) => {
      const message = decodeDhcp(bytesOf(capture));
      if (message === undefined) throw new Error("not understood");
      expect(messageTypeOf(message)).toBe(capture.message);
      expect(decodeDhcp(encodeDhcp(message))).toEqual(message);
    },
  );

  test.each(dhcp.filter(({ program }) => Object.hasOwn(kinds, program)))(
    "$program is told for what it is ($message)",
    (capture) => {
      const message = decodeDhcp(bytesOf(capture));
      expect(message === undefined ? undefined : bootClientOf(message)).toMatchObject(
        kinds[capture.program] ?? {},
      );
    },
  );

  test.each(tftp)("$program asks for a file in a way that can be agreed to", (capture) => {
    const packet = decodeTftp(bytesOf(capture));
    if (packet?.kind !== "read") throw new Error("not understood");
    expect(packet).toMatchObject({ file: expect.stringMatching(/\.efi$/), mode: "octet" });
    const limits = { blockSize: 1468, windowSize: 64 };
    expect(negotiate(packet.options, { limits, size: 5 }).answer.size).toBeGreaterThan(0);
  });
});
