import { chmod, lstat, mkdir, readdir } from "node:fs/promises";
import { SlipwayError } from "../../core/contract.ts";

const PRIVATE_FOLDER = 0o700;

/**
 * Makes sure that `folder` exists, is ours and is closed to everybody else. An empty folder that is open to others is
 * closed; a filled one is refused (DATA_DIR_UNSAFE), because it may serve somebody else: think of /etc or /tmp.
 */
export const prepareDataFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const found = await lstat(folder);
  const refuse = (problem: string): never => {
    throw SlipwayError.of("DATA_DIR_UNSAFE", { folder, problem });
  };
  if (found.isSymbolicLink()) refuse("it is a link; name the folder itself");
  if (!found.isDirectory()) refuse("it is not a folder");
  // No owner and no permission bits on systems without them.
  const self = process.getuid?.();
  if (self === undefined) return;
  if (found.uid !== self) refuse(`it belongs to user id ${found.uid}, not to ${self}`);
  const open = found.mode & 0o077;
  if (open === 0) return;
  if ((await readdir(folder)).length > 0) {
    refuse(`others may enter it (mode ${(found.mode & 0o7777).toString(8).padStart(4, "0")})`);
  }
  await chmod(folder, PRIVATE_FOLDER);
};
