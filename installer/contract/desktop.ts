import type { WireError } from "./errors/index.ts";

/**
 * What the desktop app gives its page: pipes, and where a file is that was dropped. It knows no call of the contract; what
 * goes through the pipe `engine` is between page and engine, and what goes through `shell` is a ShellWord or a PageWord.
 */
export interface DesktopBridge {
  /** Opens a pipe. `receive` gets everything that comes, in order, and `closed` last. */
  open(name: PipeName, receive: (message: PipeMessage) => void): PipeEnd;
  /** Path of a file that the operator chose or dropped; empty for one that is on no disk. */
  pathOf(file: unknown): string;
}

/** Where a pipe leads. */
export type PipeName = "engine" | "shell";

/** The page's end of a pipe. */
export interface PipeEnd {
  send(data: Uint8Array | string): void;
  close(): void;
}

/** What comes out of a pipe. `outdated`: the engine speaks another version of the contract. */
export type PipeMessage =
  | { readonly kind: "opened" }
  | { readonly kind: "data"; readonly data: Uint8Array<ArrayBuffer> | string }
  | { readonly kind: "closed"; readonly why: "ended" | "outdated"; readonly error?: WireError };

/** What the shell says to its page, as JSON. */
export type ShellWord =
  | { readonly kind: "go"; readonly path: string }
  | { readonly kind: "bundle"; readonly path: string };

/** What the page says to its shell, as JSON. */
export type PageWord = { readonly kind: "language"; readonly language: "en" | "zh-CN" };

/** Under this name it stands in the page's `window`. */
export const DESKTOP_BRIDGE = "slipwayDesktop";
