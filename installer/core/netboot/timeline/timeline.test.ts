import { describe, expect, test } from "vitest";
import type { ClientKind } from "../dhcp/client.ts";
import type { MessageType } from "../dhcp/codes.ts";
import { diagnose } from "./diagnose.ts";
import type { BootEvent, DhcpRefused, FileRole, TransferOutcome } from "./events.ts";
import { bootFaults, type BootFault } from "./faults.ts";
import { afterEvent, type BootTimeline, emptyTimeline, lastOf } from "./timeline.ts";

const mac = "52:54:00:00:00:01";
type Plain<T> = T extends unknown ? Omit<T, "mac" | "at"> : never;
/** An event without machine and time, and the seconds since the one before it. */
type Entry = readonly [seconds: number, event: Plain<BootEvent>];

const dhcp = (message: MessageType, client: ClientKind = "pxe"): Plain<BootEvent> => ({
  kind: "dhcp",
  message,
  client,
  platform: "efi-x64",
  address: message === "discover" ? "" : "10.0.0.10",
  file: "",
});
const refused = (reason: DhcpRefused["reason"], about = ""): Plain<BootEvent> => ({
  kind: "dhcp-refused",
  reason,
  client: "pxe",
  platform: "efi-x64",
  about,
});
const file = (role: FileRole, outcome: TransferOutcome = "done", path: string = role): Plain<BootEvent> => ({
  kind: "file",
  protocol: "http",
  path,
  role,
  size: 1000,
  sent: outcome === "done" ? 1000 : 300,
  ms: 20,
  outcome,
});
const step = (name: string, state: "running" | "done" | "failed", detail = ""): Plain<BootEvent> => ({
  kind: "installer",
  step: name,
  state,
  detail,
});

const address = (client: ClientKind = "pxe"): Entry[] => [
  [1, dhcp("discover", client)],
  [0.5, dhcp("offer", client)],
  [0.1, dhcp("request", client)],
  [0.1, dhcp("ack", client)],
];
const toLoader: Entry[] = [...address(), [1, file("loader", "done", "snponly.efi")]];
const toScript: Entry[] = [...toLoader, ...address("ipxe"), [1, file("script", "done", "boot.ipxe")]];
const toInitrd: Entry[] = [
  ...toScript,
  [1, file("kernel", "done", "vmlinuz")],
  [1, file("initrd", "done", "initrd")],
];
const toInstaller: Entry[] = [...toInitrd, ...address("system"), [5, step("partition", "done")]];
const toInstalled: Entry[] = [...toInstaller, [60, { kind: "installed" }]];

/** Plays events; gives the timeline and the time of the last one. */
const play = (entries: readonly Entry[]): { timeline: BootTimeline; now: number } => {
  let now = 0;
  let timeline = emptyTimeline(mac);
  for (const [seconds, event] of entries) {
    now += seconds * 1000;
    timeline = afterEvent(timeline, { ...event, mac, at: now });
  }
  return { timeline, now };
};

const faultOf = (entries: readonly Entry[], silentSeconds = 0): string => {
  const { timeline, now } = play(entries);
  const finding = diagnose(timeline, { now: now + silentSeconds * 1000, expectedSince: 0 });
  return finding === undefined ? "on its way" : `${finding.fault} at ${finding.hop}`;
};

const long = 100_000;
const injected: readonly [
  name: BootFault,
  what: string,
  entries: readonly Entry[],
  silent: number,
  hop: string,
][] = [
  ["no-signal", "a machine that is switched off", [], 200, "discover"],
  [
    "not-listed",
    "a machine that is in no spec",
    [
      [1, dhcp("discover")],
      [0, refused("not-listed")],
    ],
    0,
    "discover",
  ],
  [
    "no-free-address",
    "a range that is used up",
    [
      [1, dhcp("discover")],
      [0, refused("no-free-address")],
    ],
    0,
    "discover",
  ],
  [
    "no-loader",
    "firmware that nothing runs on",
    [
      [1, dhcp("discover")],
      [0, refused("no-loader")],
    ],
    0,
    "discover",
  ],
  [
    "address-in-use",
    "an address that another device uses",
    [...address("system"), [1, refused("address-in-use", "10.0.0.10")]],
    0,
    "discover",
  ],
  [
    "other-server",
    "a rogue server that was faster",
    [
      [1, dhcp("discover")],
      [1, dhcp("offer")],
      [1, dhcp("request")],
      [0, refused("other-server", "10.0.0.2")],
    ],
    0,
    "request",
  ],
  [
    "wrong-address",
    "an address of another network",
    [
      [1, dhcp("request")],
      [0, refused("wrong-address", "1.2.3.4")],
    ],
    0,
    "request",
  ],
  [
    "offer-unheard",
    "a switch port that drops the answers",
    [1, 4, 8, 16].flatMap((pause): Entry[] => [
      [pause, dhcp("discover")],
      [0.1, dhcp("offer")],
    ]),
    0,
    "offer",
  ],
  ["ack-missing", "a disk that leases cannot be stored on", address().slice(0, 3), 30, "request"],
  ["loader-not-asked", "a firewall before port 69", address(), 60, "ack"],
  [
    "loader-stalled",
    "a network that loses the loader",
    [...address(), [1, file("loader", "stalled", "snponly.efi")]],
    0,
    "loader",
  ],
  [
    "file-missing",
    "a boot file of another server",
    [...address(), [1, file("other", "missing", "pxelinux.0")]],
    0,
    "loader",
  ],
  [
    "file-forbidden",
    "a script of an earlier boot",
    [...toLoader, [1, file("other", "forbidden", "/m/x")]],
    0,
    "loader",
  ],
  ["loader-refused", "Secure Boot that refuses the loader", toLoader, 90, "loader"],
  ["script-not-asked", "a firewall before port 80", [...toLoader, ...address("ipxe")], 60, "ack"],
  ["kernel-not-asked", "a loader that stops at the script", toScript, 60, "script"],
  [
    "download-stalled",
    "a cable that comes loose",
    [...toScript, [1, file("kernel", "broken", "vmlinuz")]],
    0,
    "kernel",
  ],
  ["kernel-silent", "a kernel that panics", toInitrd, 200, "initrd"],
  [
    "installer-failed",
    "a disk that fails",
    [...toInstaller, [1, step("write", "failed", "I/O error")]],
    0,
    "installer",
  ],
  ["installer-stalled", "a machine that loses power", toInstaller, 400, "installer"],
  [
    "boot-loop",
    "a boot order with the network first",
    [...toInstalled, ...toScript, ...toScript],
    0,
    "installed",
  ],
  ["first-boot-silent", "a system that does not start", toInstalled, 700, "installed"],
  [
    "ssh-silent",
    "an address that is not reached",
    [...toInstalled, [30, { kind: "first-boot" }]],
    200,
    "first-boot",
  ],
];

describe("a boot that stops", () => {
  test.each(injected)("is named %s: %s", (...row) => {
    const [fault, , entries, silent, hop] = row;
    expect(faultOf(entries, silent)).toBe(`${fault} at ${hop}`);
  });

  test("has a test for every fault of the list", () => {
    expect(injected.map(([fault]) => fault).toSorted()).toEqual(Object.keys(bootFaults).toSorted());
  });

  test("is told with the file in question, in both languages", () => {
    const { timeline, now } = play([...address(), [1, file("other", "missing", "pxelinux.0")]]);
    const finding = diagnose(timeline, { now, expectedSince: 0 });
    expect(finding?.title.en).toContain("pxelinux.0");
    expect(finding?.title["zh-CN"]).toContain("pxelinux.0");
  });

  test("speaks Chinese in Chinese, and every piece of advice says what to do", () => {
    for (const { title, advice } of Object.values(bootFaults)) {
      expect([title["zh-CN"], advice["zh-CN"]].every((words) => /\p{Script=Han}/u.test(words))).toBe(true);
      expect(title.en.includes("{about}")).toBe(title["zh-CN"].includes("{about}"));
    }
  });
});

describe("a boot that goes on", () => {
  test("has no fault at any of its stations", () => {
    const whole: Entry[] = [...toInstalled, [30, { kind: "first-boot" }], [5, { kind: "ssh" }]];
    for (let count = 1; count <= whole.length; count += 1) {
      expect(faultOf(whole.slice(0, count), 1)).toBe("on its way");
    }
    expect(faultOf(whole, long)).toBe("on its way");
  });

  test("has no fault while nobody expects the machine", () => {
    expect(diagnose(emptyTimeline(mac), { now: long * 1000, expectedSince: undefined })).toBeUndefined();
  });

  test("forgets what was refused once the machine has an address, and what failed once it succeeds", () => {
    expect(faultOf([[1, dhcp("discover")], [0, refused("no-free-address")], ...address()], 1)).toBe(
      "on its way",
    );
    expect(faultOf([...toScript, [1, file("kernel", "broken")], [5, file("kernel")]], 1)).toBe("on its way");
  });

  test("begins anew with firmware's next DISCOVER, not with the loader's or with a repeated one", () => {
    const { timeline } = play(toScript);
    expect(timeline).toMatchObject({ boots: 1, platform: "efi-x64" });
    expect(play([...toScript, ...address()]).timeline).toMatchObject({ boots: 2 });
    expect(play([...toScript, ...address()]).timeline.records).toHaveLength(4);
    expect(
      play([
        [1, dhcp("discover")],
        [4, dhcp("discover")],
      ]).timeline.boots,
    ).toBe(1);
  });

  test("shows a transfer under way, then its size, time and outcome", () => {
    const started: Plain<BootEvent> = {
      kind: "file-started",
      protocol: "http",
      path: "vmlinuz",
      role: "kernel",
      size: 1000,
    };
    const running = play([...toScript, [1, started]]).timeline;
    expect(lastOf(running, "kernel")).toMatchObject({ outcome: "running", about: "vmlinuz" });
    const done = play([...toScript, [1, started], [2, file("kernel", "done", "vmlinuz")]]).timeline;
    expect(done.records.filter(({ hop }) => hop === "kernel")).toEqual([
      expect.objectContaining({ outcome: "done", bytes: 1000, ms: 20 }),
    ]);
  });

  test("of a machine that asks for ever does not fill the memory", () => {
    const many = Array.from({ length: 1000 }, (): Entry => [1, dhcp("discover")]);
    expect(play(many).timeline.records).toHaveLength(100);
  });
});
