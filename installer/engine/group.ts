import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SlipwayError } from "../contract/errors/index.ts";

/** Number of a group by name or number. getent also knows groups that a directory service serves. */
export const groupIdOf = async (group: string): Promise<number> => {
  try {
    const { stdout } = await promisify(execFile)("getent", ["group", "--", group]);
    const id = Number(stdout.split(":")[2]);
    if (Number.isSafeInteger(id)) return id;
  } catch (error) {
    throw SlipwayError.of("GROUP_UNKNOWN", { group }, { cause: error });
  }
  throw SlipwayError.of("GROUP_UNKNOWN", { group });
};
