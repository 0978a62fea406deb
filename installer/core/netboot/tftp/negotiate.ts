import type { TftpOptions } from "./packet.ts";

/** What a server is willing to do. */
export interface TftpLimits {
  /** Largest block whose packet the network carries in one piece: MTU less 32 (IP 20, UDP 8, TFTP 4). */
  readonly blockSize: number;
  /** Most blocks sent before an acknowledgement is waited for (RFC 7440). */
  readonly windowSize: number;
}

/** What client and server agreed on, and the answer that says so (empty: no OACK, data at once). */
export interface Agreement {
  readonly blockSize: number;
  readonly windowSize: number;
  readonly timeoutMs: number;
  readonly answer: TftpOptions;
}

const PLAIN_BLOCK = 512;
const FIRST_TIMEOUT_MS = 1000;

/**
 * Agrees on a read request's options: blksize (RFC 2348), timeout and tsize (RFC 2349), windowsize (RFC 7440). Unknown
 * options and values out of range are left out of the answer, as RFC 2347 says, and the default holds.
 */
export const negotiate = (
  asked: TftpOptions,
  { limits, size }: { readonly limits: TftpLimits; readonly size: number },
): Agreement => {
  const answer = new Map<string, string>();
  const blockSize = numberIn(asked.get("blksize"), { least: 8, most: 65_464 });
  const windowSize = numberIn(asked.get("windowsize"), { least: 1, most: 65_535 });
  const timeout = numberIn(asked.get("timeout"), { least: 1, most: 255 });
  const agreedBlock = blockSize === undefined ? PLAIN_BLOCK : Math.min(blockSize, limits.blockSize);
  const agreedWindow = windowSize === undefined ? 1 : Math.min(windowSize, limits.windowSize);
  if (blockSize !== undefined) answer.set("blksize", String(agreedBlock));
  if (asked.has("tsize")) answer.set("tsize", String(size));
  if (timeout !== undefined) answer.set("timeout", String(timeout));
  if (windowSize !== undefined) answer.set("windowsize", String(agreedWindow));
  return {
    blockSize: agreedBlock,
    windowSize: agreedWindow,
    timeoutMs: timeout === undefined ? FIRST_TIMEOUT_MS : timeout * 1000,
    answer,
  };
};

const numberIn = (
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined => {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
};
