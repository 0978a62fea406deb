import { readFileSync } from "node:fs";
import type { SshLimits } from "../../installer/adapters/ssh/limits.ts";
import { createSshRemote, type SshRemoteParts } from "../../installer/adapters/ssh/remote.ts";
import type { Redactor, Remote } from "../../installer/core/ports/index.ts";
import { FakeHostKeys } from "../fakes/host-keys.ts";
import { FakeLog } from "../fakes/log.ts";

/** A redactor that replaces what it was told and nothing else. */
export const plainRedactor = (): Redactor => {
  const values = new Set<string>();
  return {
    add: (value) => void values.add(value),
    redact: (text) => [...values].reduce((left, value) => left.replaceAll(value, "[secret]"), text),
    redactDeep: (value) => value,
  };
};

/** The real SSH adapter with pins in memory; `secret:x` is looked up in `secrets`, `file:` is read from disk. */
export const testRemote = (
  parts: Partial<Omit<SshRemoteParts, "secrets" | "limits">> & {
    readonly secrets?: Readonly<Record<string, string>>;
    readonly limits?: Partial<SshLimits>;
  } = {},
): { remote: Remote; hostKeys: FakeHostKeys } => {
  const { secrets = {}, ...rest } = parts;
  const hostKeys = new FakeHostKeys();
  const unsupported = async (): Promise<never> => {
    throw new Error("not needed here");
  };
  const remote = createSshRemote({
    hostKeys,
    redactor: plainRedactor(),
    log: new FakeLog(),
    secrets: {
      get: unsupported,
      set: unsupported,
      list: unsupported,
      remove: unsupported,
      resolve: async (reference) =>
        reference.startsWith("file:")
          ? readFileSync(reference.slice("file:".length), "utf8").trimEnd()
          : (secrets[reference.slice("secret:".length)] ?? ""),
    },
    ...rest,
  });
  return { remote, hostKeys };
};

/** The error a promise rejects with; fails when it resolves. */
export const rejection = async (promise: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    await promise;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("it was expected to be rejected");
};

/** Waits until `condition` holds, looking every 20 ms; gives up after `ms`. */
export const eventually = async (condition: () => boolean, ms = 5_000): Promise<void> => {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
