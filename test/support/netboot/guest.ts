import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

/** The line the guest prints once it runs. */
export const GUEST_LINE = "slipway-guest-runs";

/** What a machine is booted into: Debian's cloud kernel and an initrd that prints one line. */
export interface GuestFiles {
  readonly folder: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** Makes kernel, initrd and loaders below the folder, from the lab's image and Debian's packages busybox-static and ipxe. */
export const makeGuest = (folder: string, image: string): GuestFiles => {
  const root = join(folder, "root");
  for (const name of ["bin", "dev", "proc"]) mkdirSync(join(root, name), { recursive: true });
  copyFileSync("/bin/busybox", join(root, "bin/busybox"));
  const init = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
echo "${GUEST_LINE} $(/bin/busybox cat /proc/cmdline)" > /dev/ttyS0
exec /bin/busybox sleep 1000
`;
  writeFileSync(join(root, "init"), init, { mode: 0o755 });
  const initrd = join(folder, "initrd.img");
  const archive = execFileSync("sh", ["-c", 'cd "$1" && find . | cpio -o -H newc --quiet', "sh", root], {
    maxBuffer: 2 ** 26,
  });
  writeFileSync(initrd, archive);
  const kernel = join(folder, "vmlinuz");
  copyFileSync(join(image, "kernel"), kernel);
  const tree = join(folder, "tree");
  mkdirSync(tree);
  for (const name of ["undionly.kpxe", "snponly.efi", "ipxe.efi"])
    copyFileSync(`/usr/lib/ipxe/${name}`, join(tree, name));
  return { folder, kernel, initrd };
};

/** The lab's emulator and image, when they were built before. */
export const labVmSources = (): { readonly tools: string; readonly image: string } | undefined => {
  const parent = join(process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway"), "lab");
  const names = readdirSync(parent);
  const tools = names.find((name) => /^vm-tools-[0-9a-f]+$/.test(name));
  const image = names.find((name) => /^vm-[0-9a-f]+\.image$/.test(name));
  return tools === undefined || image === undefined
    ? undefined
    : { tools: join(parent, tools), image: join(parent, image) };
};

/** Size of a file. */
export const sizeOf = (path: string): number => readFileSync(path).length;
