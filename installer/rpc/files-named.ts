import { SlipwayError } from "../contract/errors/index.ts";
import type { Client } from "./client-of.ts";

/**
 * Refuses (PERMISSION_DENIED) what a caller over the network wrote and that names files of the appliance (`file:/path` as a
 * secret): the engine would read them as its own user and show them to a machine of the caller's choice.
 */
export const requireNoFiles = (written: unknown, { person }: Client, call: string): void => {
  if (person?.via === "socket" || !namesFile(written)) return;
  throw SlipwayError.of("PERMISSION_DENIED", { user: person?.user ?? "", call, needed: "local (file:/...)" });
};

const namesFile = (value: unknown): boolean => {
  if (typeof value === "string") return value.trimStart().startsWith("file:");
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(namesFile);
};
