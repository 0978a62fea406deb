import { copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
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

/** Size of a file. */
export const sizeOf = (path: string): number => statSync(path).size;
