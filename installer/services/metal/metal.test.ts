import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeSite, type FakeSite } from "../../../test/fakes/metal.ts";
import { blankDisk, blankFacts, InstallerClient } from "../../../test/fakes/installer-client.ts";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import type { BootClient } from "../../core/netboot/dhcp/client.ts";
import type { MetalTarget } from "../../core/ports/metal.ts";
import { createMetalApi } from "./api.ts";

const MAC = "52:54:00:77:00:01";
const OPERATION = "op-0000000001";

const clusterWith = (metal: object): ClusterSpec =>
  ClusterSpec.parse({
    apiVersion: "slipway/v1",
    kind: "Cluster",
    name: "site",
    machines: [{ name: "w1", address: "127.0.0.21", metal }],
  });

const targetWith = (metal: object = { mac: MAC }): MetalTarget => {
  const cluster = clusterWith(metal);
  const [machine] = cluster.machines;
  if (machine === undefined) throw new Error("never");
  return { cluster, machine };
};

const pxe = (mac: string, kind: BootClient["kind"] = "pxe"): BootClient => ({
  mac,
  kind,
  platform: "efi-x64",
  uuid: undefined,
});

let site: FakeSite;
beforeEach(async () => {
  site = await fakeSite();
});
afterEach(() => site.close());

/** What the machine's script says, as GRUB fetches it. */
const kernelLine = async (mac: string): Promise<ReadonlyMap<string, string>> => {
  const path = `grub/grub.cfg-01-${mac.replaceAll(":", "-")}`;
  const answer = await site.library().find({ protocol: "tftp", path });
  if (answer.kind !== "found" || answer.file.kind !== "bytes") return new Map();
  const text = Buffer.from(answer.file.bytes).toString();
  return new Map([...text.matchAll(/(slipway\.\w+)=(\S+)/g)].map(([, key = "", value = ""]) => [key, value]));
};

const booted = async (mac = MAC): Promise<InstallerClient> => {
  const line = await kernelLine(mac);
  return new InstallerClient({
    url: line.get("slipway.engine") ?? "",
    ca: site.ca,
    token: line.get("slipway.token") ?? "",
  });
};

const intentOf = (client: BootClient) => site.started.at(-1)?.directory.intentOf(client);

describe("a machine that an operation waits for", () => {
  test("is booted into the installer under its own address, and nobody else is answered", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    expect(intentOf(pxe(MAC))).toMatchObject({
      kind: "serve",
      hostName: "w1",
      reserved: 0x7f000015,
      boot: { file: "shimx64.efi", via: "tftp" },
    });
    expect(intentOf(pxe("52:54:00:77:00:99"))).toEqual({ kind: "ignore" });
    expect(await kernelLine("52:54:00:77:00:99")).toEqual(new Map());
    const line = await kernelLine(MAC);
    expect(line.get("slipway.mac")).toBe(MAC);
    expect(line.get("slipway.ca")).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is no longer answered once the operation is over, and the services stop with the last one", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    await site.metal.port.release(targetWith());
    expect(site.metal.boots.running).toBeUndefined();
    expect(site.metal.boots.wanted).toBe(false);
  });

  test("that a spec names by its serial number is found out by asking those that boot", async () => {
    const target = targetWith({ serial: "SN-0001" });
    await site.metal.port.expect(target, OPERATION);
    expect(intentOf(pxe(MAC))).toMatchObject({ kind: "serve", hostName: undefined });
    await (await booted()).hello(blankFacts());
    expect(intentOf(pxe(MAC))).toMatchObject({ kind: "serve", hostName: "w1" });
    expect(intentOf(pxe("52:54:00:77:00:99"))).toEqual({ kind: "ignore" });
    expect((await site.metal.port.view(target)).mac).toBe(MAC);
  });
});

describe("an installation", () => {
  const install = async (client: InstallerClient): Promise<string> => {
    const target = targetWith();
    await client.hello(blankFacts());
    const [disk] = (await site.metal.port.view(target)).facts?.disks ?? [];
    if (disk === undefined) throw new Error("no disk");
    const { id } = await site.metal.port.install(target, disk);
    return id;
  };

  test("runs from the first word to the first boot over HTTPS, and pins the host keys of the system", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    expect((await client.hello(blankFacts())).text).toBe("action wait\nseconds 2\n");
    const job = await install(client);
    expect((await client.hello(blankFacts())).text).toBe(`action install\njob ${job}\n`);
    const plan = (await client.ask("GET", `/jobs/${job}/plan`)).lines;
    expect(Object.fromEntries(plan)).toMatchObject({
      "disk-name": "vda",
      "disk-serial": "DISK-1",
      foreign: "refuse",
      firmware: "uefi",
    });
    expect(await client.image(job, plan)).toBe(true);
    const identity = (await client.ask("GET", `/jobs/${job}/identity`)).text;
    expect(identity).toContain("Address=127.0.0.21/8");
    expect(identity).toContain("ssh-ed25519 AAAA");
    await client.steps(job, "claim", "partition", "write-image", "verify-image", "boot-loader", "reboot");
    expect(intentOf(pxe(MAC))).toMatchObject({ kind: "serve", boot: "none" });
    expect((await client.hello(blankFacts())).lines.get("action")).toBe("disk");
    const [, url = "", token = ""] = /engine (\S+)\ntoken (\S+)/.exec(identity) ?? [];
    const system = new InstallerClient({ url, ca: site.ca, token });
    const said = {
      hostname: "w1",
      addresses: ["127.0.0.21"],
      slot: "a" as const,
      hostKeys: ["ssh-rsa AAAB x", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== root"],
    };
    expect((await client.firstBoot(job, said)).status).toBe(403);
    expect((await system.firstBoot(job, said)).status).toBe(200);
    expect(await site.hostKeys.pinned("127.0.0.21:22")).toMatch(/^SHA256:/);
    expect((await site.metal.port.view(targetWith())).job).toMatchObject({ state: "installed" });
    const steps = site.metal.timelines
      .of(MAC)
      .records.map(({ hop, about, outcome }) => [hop, about, outcome]);
    expect(steps.at(0)).toEqual(["installer", "hello", "done"]);
    expect(steps.at(-1)).toEqual(["first-boot", "", "done"]);
  });

  test("goes on where it was when the engine is started anew in the middle of the image", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    const job = await install(client);
    await client.ask("GET", `/jobs/${job}/plan`);
    await client.event(job, { step: "write-image", outcome: "begin" });
    await client.event(job, { step: "write-image", outcome: "progress", done: 1000, total: 300_000 });
    site = await site.again();
    await site.metal.port.expect(targetWith(), OPERATION);
    // The token of the boot before still speaks for the machine.
    const url = site.metal.boots.running?.engine ?? "";
    const same = new InstallerClient({ url, ca: site.ca, token: client.token });
    expect((await same.hello(blankFacts())).text).toBe(`action install\njob ${job}\n`);
    expect((await same.ask("GET", `/jobs/${job}/plan`)).status).toBe(200);
    // And one that was restarted meanwhile gets the same job with a new token.
    expect((await (await booted()).hello(blankFacts())).lines.get("job")).toBe(job);
  });

  test("that failed keeps its job for the same disk, and gets another for another disk", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    const job = await install(client);
    await client.event(job, { step: "write-image", outcome: "failed", code: "IMAGE_DIGEST", message: "no" });
    expect((await client.hello(blankFacts())).lines.get("action")).toBe("wait");
    expect((await site.metal.port.view(targetWith())).job?.failure?.code).toBe("IMAGE_DIGEST");
    expect((await site.metal.port.install(targetWith(), blankDisk())).id).toBe(job);
    await client.event(job, { step: "write-image", outcome: "failed", code: "DISK_WRITE_FAILED" });
    const other = await site.metal.port.install(targetWith(), blankDisk({ serial: "DISK-2" }));
    expect(other.id).not.toBe(job);
  });

  test("says nothing to a stranger, to another machine's token, or about another job", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    const job = await install(client);
    const url = site.metal.boots.running?.engine ?? "";
    const stranger = new InstallerClient({ url, ca: site.ca, token: "nobody" });
    for (const path of ["plan", "image", "boot", "identity", "saved/first"]) {
      expect((await stranger.ask("GET", `/jobs/${job}/${path}`)).status).toBe(403);
    }
    expect((await stranger.hello(blankFacts())).text).toBe("code TOKEN_UNKNOWN\n");
    expect((await client.ask("GET", "/jobs/job-0/plan")).text).toBe("code JOB_UNKNOWN\n");
    expect((await client.ask("POST", "/hello", { body: "{" })).status).toBe(400);
    expect((await client.ask("GET", "/../../etc/passwd")).status).toBe(404);
  });
});

describe("a disk that holds data", () => {
  const foreign = blankDisk({
    serial: "OLD-1",
    signatures: [
      {
        device: "vda1",
        offset: 1_048_576,
        type: "ext4",
        usage: "filesystem",
        label: "home",
        uuid: "u",
        sizeBytes: 1e9,
        lastMount: "/home",
      },
    ],
  });

  test("is agreed to by its own serial number only", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    await client.hello(blankFacts({ disks: [foreign] }));
    const api = createMetalApi(site.metal, () => 0);
    await expect(api.overwrite("w1", { serial: "OTHER", by: "me" })).rejects.toMatchObject({
      code: "METAL_WRONG_SERIAL",
    });
    await api.overwrite("w1", { serial: "OLD-1", by: "me" });
    const { id } = await site.metal.port.install(targetWith(), foreign);
    expect((await client.ask("GET", `/jobs/${id}/plan`)).lines.get("foreign")).toBe("agreed");
  });

  test("has its first and last part kept by the first write, and gets them back", async () => {
    await site.metal.port.expect(targetWith(), OPERATION);
    const client = await booted();
    await client.hello(blankFacts({ disks: [foreign] }));
    const api = createMetalApi(site.metal, () => 0);
    await expect(api.restore("w1", "OLD-1")).rejects.toMatchObject({ code: "METAL_NOTHING_SAVED" });
    await api.overwrite(MAC, { serial: "OLD-1", by: "me" });
    const { id } = await site.metal.port.install(targetWith(), foreign);
    const first = Buffer.alloc(4 * 2 ** 20, "a");
    for (const [part, body] of [
      ["first", first],
      ["last", Buffer.alloc(100, "z")],
      ["first", Buffer.from("after a power cut")],
    ] as const) {
      expect((await client.ask("PUT", `/jobs/${id}/saved/${part}`, { body })).status).toBe(200);
    }
    expect((await client.ask("PUT", `/jobs/${id}/saved/first`, { body: Buffer.alloc(5e6) })).status).toBe(
      413,
    );
    expect((await client.ask("GET", `/jobs/${id}/saved/first`)).body.equals(first)).toBe(true);
    await client.steps(id, "save-foreign", "claim", "boot-loader", "reboot");
    expect(await api.restore("w1", "OLD-1")).toBe(id);
    expect((await client.hello(blankFacts({ disks: [foreign] }))).text).toBe(`action restore\njob ${id}\n`);
    expect((await client.ask("GET", `/jobs/${id}/plan`)).lines.get("kind")).toBe("restore");
    await client.steps(id, "disk-restore");
    expect((await client.hello(blankFacts({ disks: [foreign] }))).lines.get("action")).toBe("wait");
  });
});

describe("discovery", () => {
  test("needs addresses to give, shows who boots, and flags what two machines share", async () => {
    const api = createMetalApi(site.metal, () => 0);
    const settings = clusterWith({ mac: MAC }).netboot ?? {
      interface: "lo",
      mode: "full" as const,
      ranges: [],
      nameServers: [],
      leaseSeconds: 600,
    };
    await expect(api.start({ settings, discovery: true })).rejects.toMatchObject({
      code: "NETBOOT_SETTINGS",
    });
    const ranged = { ...settings, ranges: ["127.0.0.100-127.0.0.120"] };
    expect(await api.start({ settings: ranged, discovery: true })).toMatchObject({
      running: true,
      discovery: true,
    });
    const other = "52:54:00:77:00:02";
    for (const mac of [MAC, other]) {
      expect(intentOf(pxe(mac))).toMatchObject({ kind: "serve" });
      await (await booted(mac)).hello(blankFacts());
    }
    await api.addRule({ match: { vendor: "dell inc." }, cluster: "site", roles: ["worker"], by: "me" });
    const found = await api.discovered();
    expect(found.map(({ mac, state, rule }) => [mac, state, rule?.cluster])).toEqual([
      [MAC, "found", "site"],
      [other, "found", "site"],
    ]);
    expect(found[0]?.duplicates).toEqual([
      { what: "serial", value: "SN-0001", others: [other] },
      { what: "uuid", value: "4c4c4544-0000-1000-8000-000000000001", others: [other] },
    ]);
    // It comes back with the engine, because an operator wanted it.
    site = await site.again();
    await site.metal.boots.comeBack();
    expect(site.metal.boots.running?.settings.ranges).toEqual(ranged.ranges);
    await createMetalApi(site.metal, () => 0).stop();
    expect(site.metal.boots.running).toBeUndefined();
  });
});
