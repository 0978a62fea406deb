import { randomBytes } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Mac } from "../../core/netboot/mac.ts";
import { treePath } from "../../core/netboot/tftp/path.ts";
import type { FileRole } from "../../core/netboot/timeline/events.ts";
import { parseBootPath } from "../../core/netboot/urls.ts";
import type {
  BootFile,
  BootFileAnswer,
  BootLibrary,
  MachineFiles,
  NamedFiles,
} from "../../core/ports/netboot.ts";

const MISSING: BootFileAnswer = { kind: "missing" };

/**
 * Files from two places: a folder that every machine may read (loaders), and what each machine was granted. `named` makes
 * files that are asked for by a name, such as GRUB's configuration, which tells the machine.
 */
export const openBootLibrary = (tree: string, named: NamedFiles = async () => undefined): BootLibrary => {
  const machines = new Map<string, { readonly mac: Mac; readonly files: MachineFiles }>();
  const tokens = new Map<Mac, string>();
  const revoke = (mac: Mac): void => {
    machines.delete(tokens.get(mac) ?? "");
    tokens.delete(mac);
  };

  const inTree = async (asked: string, protocol: "tftp" | "http"): Promise<BootFileAnswer> => {
    const path = treePath(asked);
    if (path === undefined) return MISSING;
    const made = await named(path, protocol);
    if (made !== undefined) return { kind: "found", ...made };
    const file = await regularFile(tree, path);
    return file === undefined ? MISSING : { kind: "found", file, mac: undefined };
  };

  const ofMachine = async (token: string, asked: string): Promise<BootFileAnswer> => {
    const machine = machines.get(token);
    if (machine === undefined) return { kind: "forbidden" };
    const found = machine.files.get(treePath(asked) ?? "");
    if (found === undefined) return MISSING;
    const file = typeof found === "function" ? await found() : found;
    return { kind: "found", file, mac: machine.mac };
  };

  return {
    grant(mac, files) {
      revoke(mac);
      const token = randomBytes(16).toString("base64url");
      machines.set(token, { mac, files });
      tokens.set(mac, token);
      return token;
    },
    revoke,
    async find({ protocol, path }) {
      // A URL's path means the same over TFTP: GRUB and UEFI derive one from the other.
      const parsed = parseBootPath(path.startsWith("/") ? path : `/${path}`);
      if (parsed?.kind === "machine") return ofMachine(parsed.token, parsed.path);
      if (parsed !== undefined) return inTree(parsed.path, protocol);
      if (protocol === "tftp") return inTree(path, protocol);
      // GRUB and the installer ask for some files at the root, by names that are made for them.
      const made = await named(treePath(path) ?? "", protocol);
      return made === undefined ? MISSING : { kind: "found", ...made };
    },
  };
};

/** A file below the folder, links followed as long as they stay in it. */
const regularFile = async (tree: string, path: string): Promise<BootFile | undefined> => {
  try {
    const [root, real] = await Promise.all([realpath(tree), realpath(join(tree, path))]);
    if (!real.startsWith(root + sep)) return undefined;
    const found = await stat(real);
    return found.isFile() ? { kind: "file", path: real, size: found.size, role: roleOf(path) } : undefined;
  } catch {
    return undefined;
  }
};

/** What a file of the common tree is, by its name. */
const roleOf = (path: string): FileRole => {
  if (/\.(efi|kpxe|pxe|0|signed)$/.test(path)) return "loader";
  if (/\.(ipxe|cfg)$/.test(path)) return "script";
  if (/(^|\/)(vmlinuz|linux|kernel)[^/]*$/.test(path)) return "kernel";
  return /(^|\/)(initrd|initramfs)[^/]*$/.test(path) ? "initrd" : "other";
};
