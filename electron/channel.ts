import type { PipeMessage, PipeName } from "../installer/contract/desktop.ts";

/** The one channel between preload and shell. */
export const CHANNEL = "slipway-pipe";

/** What a page may send over it. `taken`: so many characters or bytes of data were received. */
export type FromPage =
  | { readonly id: number; readonly kind: "open"; readonly name: PipeName }
  | { readonly id: number; readonly kind: "data"; readonly data: Uint8Array | string }
  | { readonly id: number; readonly kind: "taken"; readonly count: number }
  | { readonly id: number; readonly kind: "close" };

/** What the shell sends back. */
export type ToPage = PipeMessage & { readonly id: number };

/** Reads what came from a page; undefined for anything that this preload would not send. */
export const readFromPage = (message: unknown): FromPage | undefined => {
  if (typeof message !== "object" || message === null) return undefined;
  const { id, kind, name, data, count } = message as Readonly<Record<string, unknown>>;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) return undefined;
  if (kind === "open" && (name === "engine" || name === "shell")) return { id, kind, name };
  if (kind === "data" && (typeof data === "string" || data instanceof Uint8Array)) return { id, kind, data };
  if (kind === "taken" && typeof count === "number" && count >= 0) return { id, kind, count };
  return kind === "close" ? { id, kind } : undefined;
};
