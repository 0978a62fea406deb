import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grubConfigNames, grubScript } from "./grub.ts";
import { ipxeScript } from "./ipxe.ts";
import type { BootTarget } from "./target.ts";
import { bootSentence, bootUrl, bootWord, kernelLine } from "./words.ts";

const linux: BootTarget = {
  kind: "linux",
  title: "installing node-1",
  kernel: "http://10.0.0.1/m/AAAAAAAAAAAAAAAAAAAAAA/vmlinuz",
  initrd: "http://10.0.0.1/m/AAAAAAAAAAAAAAAAAAAAAA/initrd",
  args: [{ name: "console", value: "ttyS0,115200" }, { name: "quiet" }],
};
const again = "http://10.0.0.1:8080/m/AAAAAAAAAAAAAAAAAAAAAA/boot.ipxe";

describe("boot scripts", () => {
  test("iPXE loads kernel and initrd, and tries for ever", () => {
    expect(ipxeScript(linux)).toMatchInlineSnapshot(`
      "#!ipxe
      echo Slipway: installing node-1
      :start
      imgfree
      kernel http://10.0.0.1/m/AAAAAAAAAAAAAAAAAAAAAA/vmlinuz initrd=initrd.magic console=ttyS0,115200 quiet || goto failed
      initrd --name initrd.magic http://10.0.0.1/m/AAAAAAAAAAAAAAAAAAAAAA/initrd || goto failed
      boot || goto failed
      :failed
      echo Slipway: download failed, next attempt in 5 seconds
      sleep 5
      goto start
      "
    `);
  });

  test("iPXE hands on to the disk in the way each firmware understands", () => {
    expect(ipxeScript({ kind: "disk", title: "node-1 is installed" })).toMatchInlineSnapshot(`
      "#!ipxe
      echo Slipway: node-1 is installed
      iseq \${platform} efi && exit 1 ||
      sanboot --no-describe --drive 0x80 || exit 1
      "
    `);
  });

  test("iPXE waits and asks again", () => {
    expect(ipxeScript({ kind: "wait", title: "waiting for a decision", again, seconds: 10 }))
      .toMatchInlineSnapshot(`
      "#!ipxe
      echo Slipway: waiting for a decision
      :again
      sleep 10
      chain --replace http://10.0.0.1:8080/m/AAAAAAAAAAAAAAAAAAAAAA/boot.ipxe || goto again
      "
    `);
  });

  test("GRUB loads over HTTP or TFTP", () => {
    expect(grubScript(linux, { protocol: "http" })).toMatchInlineSnapshot(`
      "set timeout=0
      echo "Slipway: installing node-1"
      linux (http,10.0.0.1)/m/AAAAAAAAAAAAAAAAAAAAAA/vmlinuz console=ttyS0,115200 quiet
      initrd (http,10.0.0.1)/m/AAAAAAAAAAAAAAAAAAAAAA/initrd
      boot
      echo "Slipway: download failed, next attempt in 5 seconds"
      sleep 5
      reboot
      "
    `);
    expect(grubScript(linux, { protocol: "tftp" })).toContain("linux (tftp,10.0.0.1)/m/AAAA");
    expect(grubScript({ kind: "disk", title: "x" }, { protocol: "http" })).toMatch(/exit 1\n$/);
    const wait: BootTarget = { kind: "wait", title: "x", again, seconds: 3 };
    expect(grubScript(wait, { protocol: "http" })).toContain("configfile (http,10.0.0.1:8080)/m/");
  });

  test("GRUB finds its configuration by the machine's hardware address first", () => {
    expect(grubConfigNames("52:54:00:12:34:56")[0]).toBe("grub/grub.cfg-01-52-54-00-12-34-56");
  });

  test.each([
    "a b",
    "a;reboot",
    "${net0/mac}",
    "a'b",
    'a"b',
    "a\\b",
    "a\nb",
    "",
    "a|b",
    "a&b",
    "#x",
    "a>b",
    "中",
  ])("refuses %j as a word rather than quoting it", (value) => {
    expect(() => bootWord(value)).toThrow(expect.objectContaining({ code: "NETBOOT_SCRIPT_VALUE" }));
  });

  test("whatever is accepted stays one word in one line", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (value) => {
        let line: string;
        try {
          line = kernelLine([{ name: "x", value }, { name: "y" }]);
        } catch {
          return;
        }
        expect(line.split(/\s/)).toEqual([`x=${value}`, "y"]);
        expect(ipxeScript({ ...linux, args: [{ name: "x", value }] }).split("\n")).toHaveLength(12);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    "https://10.0.0.1/x",
    "http://10.0.0.1/x y",
    "http://10.0.0.1/${x}",
    "http://10.0.0.1",
    "ftp://a/",
  ])("refuses the URL %j", (url) =>
    expect(() => bootUrl(url)).toThrow(expect.objectContaining({ code: "NETBOOT_SCRIPT_VALUE" })),
  );

  test("a title from outside cannot become a command", () => {
    expect(bootSentence("x\nreboot ; ${y} || `z`")).toBe("x reboot y z");
  });
});
