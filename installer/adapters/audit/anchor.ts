import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import type { Anchor } from "../../core/audit/chain.ts";
import { isCode } from "../../core/contract.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { engineSecrets } from "../../core/engine-secrets.ts";
import type { AuditKeys } from "./keys.ts";

const StoredAnchor = z.object({ entries: z.int().min(0), head: z.string(), seal: z.string() });

/** Name of the second mark, in the secrets store: a log that is put back together with its anchor is found by it. */
const MARK = engineSecrets.auditMark;
/** The secrets store is written anew as a whole, so not for each entry. */
const MARK_EVERY = 200;

/** Where it is kept how long the log is, outside of the log. */
export interface AnchorStore {
  /** False when it is gone or was altered. Of file and mark the one that knows of more entries. */
  read(): Promise<Anchor | false>;
  /** Follows soon: of many calls at once the last one is written. */
  write(anchor: Anchor): void;
  /** Resolves when what was given to `write` is on disk. Rejects when it could not be written. */
  settled(): Promise<void>;
}

/** The anchor beside the log, in a file of its own. */
export const anchorStore = (parts: {
  readonly path: string;
  readonly keys: AuditKeys;
  readonly secrets: Pick<Secrets, "get" | "set">;
}): AnchorStore => {
  const { path, keys, secrets } = parts;
  let waiting: Anchor | undefined;
  let running: Promise<void> | undefined;
  let failure: Error | undefined;
  let marked = -MARK_EVERY;

  const put = async (anchor: Anchor): Promise<void> => {
    const text = `${JSON.stringify({ ...anchor, seal: keys.sealAnchor(anchor) })}\n`;
    await writeDurably(path, text);
    if (anchor.entries - marked < MARK_EVERY && anchor.entries >= marked) return;
    await secrets.set(MARK, text);
    marked = anchor.entries;
  };
  const drain = async (): Promise<void> => {
    while (waiting !== undefined) {
      const next = waiting;
      waiting = undefined;
      try {
        await put(next);
        failure = undefined;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    }
    running = undefined;
  };
  const parsed = (text: string): Anchor | false => {
    try {
      const { seal, ...anchor } = StoredAnchor.parse(JSON.parse(text));
      return keys.isSealOf(anchor, seal) ? anchor : false;
    } catch {
      return false;
    }
  };
  return {
    async read() {
      const file = await readFile(path, "utf8").then(parsed, () => false as const);
      const mark = await secrets.get(MARK).then(parsed, (error: unknown) => {
        if (isCode(error, "SECRET_NOT_FOUND")) return undefined;
        throw error;
      });
      if (file === false || mark === undefined || mark === false) return file;
      return mark.entries > file.entries ? mark : file;
    },
    write(anchor) {
      waiting = anchor;
      running ??= drain();
    },
    async settled() {
      await running;
      if (failure !== undefined) throw failure;
    },
  };
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
