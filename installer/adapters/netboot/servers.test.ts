import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchTftp } from "../../../test/support/netboot/tftp-client.ts";
import { decodeTftp, encodeTftp } from "../../core/netboot/tftp/packet.ts";
import type { BootEvent } from "../../core/netboot/timeline/events.ts";
import type { BootLibrary } from "../../core/ports/netboot.ts";
import { openBootLibrary } from "./boot-files.ts";
import { FileBlocks } from "./file-blocks.ts";
import { type HttpServer, startHttpServer } from "./http/server.ts";
import { parseNeighbours } from "./neighbours.ts";
import { textFile } from "./services.ts";
import { startTftpServer, type TftpServer } from "./tftp/server.ts";

const MAC = "52:54:00:00:00:01";
const device = { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", mac: "00:00:00:00:00:00" };
/** Longer than one piece of the file cache, and no multiple of anything. */
const content = Buffer.from(Array.from({ length: 300_001 }, (_, at) => (at * 7) % 251));
const folder = mkdtempSync(join(tmpdir(), "slipway-netboot-servers-"));

let library: BootLibrary;
let token: string;
let tftp: TftpServer;
let http: HttpServer;
let events: BootEvent[] = [];

beforeAll(async () => {
  writeFileSync(join(folder, "loader.efi"), content);
  writeFileSync(join(folder, "empty"), "");
  symlinkSync("/etc/hostname", join(folder, "outside"));
  library = openBootLibrary(folder);
  token = library.grant(MAC, new Map([["boot.ipxe", textFile("#!ipxe\n")]]));
  const parts = {
    device,
    files: library,
    blocks: new FileBlocks(),
    clock: { now: () => 0, monotonic: () => 0 },
    macAt: () => MAC,
    onEvent: (event: BootEvent) => void events.push(event),
    port: 0,
  };
  tftp = await startTftpServer({ ...parts, limits: { blockSize: 1468, windowSize: 16 } });
  http = await startHttpServer(parts);
});

afterAll(async () => {
  await tftp.close();
  await http.close();
  rmSync(folder, { recursive: true });
});

const fetched = (path: string, init?: RequestInit): Promise<Response> => fetch(`${http.base}${path}`, init);

describe("the TFTP server", () => {
  const wish = { host: "127.0.0.1", file: "loader.efi" };

  test.each([
    ["blocks of 512 bytes", {}],
    ["blocks that do not divide the cache's pieces", { blockSize: 1468 }],
    ["a window of 16 blocks", { blockSize: 1024, windowSize: 16 }],
  ])("sends a file whole with %s", async (_, options) => {
    events = [];
    const got = await fetchTftp({ ...wish, ...options, port: tftp.port });
    expect(content.equals(got)).toBe(true);
    await expect.poll(() => tftp.active()).toBe(0);
    expect(events.at(-1)).toMatchObject({
      kind: "file",
      outcome: "done",
      sent: content.length,
      role: "loader",
    });
  });

  test("sends an empty file, and a machine's own file by the path of its URL", async () => {
    expect(await fetchTftp({ ...wish, file: "empty", port: tftp.port })).toHaveLength(0);
    const script = await fetchTftp({ ...wish, file: `/m/${token}/boot.ipxe`, port: tftp.port });
    expect(script.toString()).toBe("#!ipxe\n");
  });

  test.each(["nothing", "../servers.test.ts", "outside", "/etc/hostname", `m/${"A".repeat(22)}/boot.ipxe`])(
    "does not have %s",
    async (file) => {
      await expect(fetchTftp({ ...wish, file, port: tftp.port })).rejects.toThrow("server: 1 no such file");
    },
  );

  test("refuses to be written to", async () => {
    const socket = createSocket("udp4");
    const heard = new Promise<Buffer>((resolve) => socket.once("message", resolve));
    const request = encodeTftp({ kind: "write", file: "x", mode: "octet", options: new Map() });
    socket.send(request, tftp.port, "127.0.0.1");
    expect(decodeTftp(await heard)).toMatchObject({ kind: "error", code: 2 });
    socket.close();
  });
});

describe("the HTTP server", () => {
  test("sends files with their length, to everybody or to one machine", async () => {
    const loader = await fetched("/b/loader.efi");
    expect(loader.headers.get("content-length")).toBe(String(content.length));
    expect(loader.headers.get("content-type")).toBe("application/efi");
    expect(content.equals(Buffer.from(await loader.arrayBuffer()))).toBe(true);
    expect(await (await fetched(`/m/${token}/boot.ipxe`)).text()).toBe("#!ipxe\n");
    const empty = await fetched("/b/empty");
    expect([empty.status, empty.headers.get("content-length")]).toEqual([200, "0"]);
  });

  test("sends a range of a file, across pieces", async () => {
    const part = await fetched("/b/loader.efi", { headers: { range: "bytes=131000-131200" } });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 131000-131200/${content.length}`);
    expect(content.subarray(131_000, 131_201).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
    expect((await fetched("/b/loader.efi", { headers: { range: "bytes=999999-" } })).status).toBe(416);
  });

  test("answers HEAD with the length and no bytes, and refuses to be written to", async () => {
    const head = await fetched("/b/loader.efi", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(content.length));
    expect((await fetched("/b/loader.efi", { method: "PUT", body: "x" })).status).toBe(405);
  });

  test.each(["/", "/b/nothing", "/b/%2e%2e/x", "/b/outside", "/other"])(
    "says about %s that it is not there, with a body that is not empty",
    async (path) => {
      const answer = await fetched(path);
      expect(answer.status).toBe(404);
      expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(0);
      expect(await answer.text()).not.toBe("");
    },
  );

  test("forbids the URLs of an earlier boot, and tells the timeline", async () => {
    const other = library.grant("52:54:00:00:00:02", new Map([["x", textFile("x")]]));
    library.revoke("52:54:00:00:00:02");
    events = [];
    expect((await fetched(`/m/${other}/x`)).status).toBe(403);
    expect(events).toEqual([expect.objectContaining({ kind: "file", outcome: "forbidden" })]);
  });
});

describe("the kernel's neighbours", () => {
  test("are read without those that did not answer", () => {
    const table = [
      "IP address       HW type     Flags       HW address            Mask     Device",
      "10.77.0.2        0x1         0x2         52:54:00:77:00:01     *        br0",
      "10.77.0.3        0x1         0x0         00:00:00:00:00:00     *        br0",
    ].join("\n");
    expect([...parseNeighbours(table)]).toEqual([["10.77.0.2", "52:54:00:77:00:01"]]);
  });
});
