import { setTimeout as sleep } from "node:timers/promises";
import { SlipwayError } from "../../contract/errors/index.ts";
import { problemOf } from "./errors.ts";
import type { TransportSource } from "./source.ts";

/** Tries in a row without a single new byte before giving up, and the pause before the first; it doubles. */
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 250;

/** No byte for so long counts as a broken connection. */
const STALL_MS = 30_000;

/**
 * A bundle on a web server. A broken connection is taken up again at the byte where it broke (RFC 9110 section 14, range
 * requests); `If-Range` makes sure that it is still the same file, else BUNDLE_SOURCE_CHANGED.
 */
export const httpSource = async (url: string, signal: AbortSignal): Promise<TransportSource> => {
  const first = await fetch(url, { method: "HEAD", signal }).catch((error: unknown) => {
    throw readFailed(url, 0, error);
  });
  if (first.status === 404) throw SlipwayError.of("BUNDLE_SOURCE_MISSING", { file: url });
  if (!first.ok) throw readFailed(url, 0, new Error(`HTTP status ${first.status}`));
  const length = first.headers.get("content-length");
  const validator = first.headers.get("etag") ?? first.headers.get("last-modified");
  return {
    name: url,
    size: length === null ? undefined : Number(length),
    seekable: first.headers.get("accept-ranges") === "bytes",
    open: (offset, stop) => download({ url, validator, signal: AbortSignal.any([signal, stop]) }, offset),
  };
};

interface Download {
  readonly url: string;
  readonly validator: string | null;
  readonly signal: AbortSignal;
}

async function* download(what: Download, offset: number): AsyncGenerator<Uint8Array, void> {
  let at = offset;
  for (let tries = 0; ; tries += 1) {
    try {
      for await (const piece of request(what, at)) {
        at += piece.length;
        tries = 0;
        yield piece;
      }
      return;
    } catch (error) {
      if (what.signal.aborted) throw SlipwayError.of("CANCELLED", {}, { cause: error });
      if (error instanceof SlipwayError) throw error;
      if (tries + 1 >= MAX_TRIES) throw readFailed(what.url, at, error);
      await sleep(FIRST_PAUSE_MS * 2 ** tries, undefined, { signal: what.signal });
    }
  }
}

async function* request({ url, validator, signal }: Download, at: number): AsyncGenerator<Uint8Array, void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  try {
    const headers: Record<string, string> = at === 0 ? {} : { range: `bytes=${at}-` };
    if (at > 0 && validator !== null && !validator.startsWith("W/")) headers["if-range"] = validator;
    const answer = await fetch(url, { headers, signal: AbortSignal.any([signal, stalled.signal]) });
    if (at > 0 && answer.status === 200) {
      await answer.body?.cancel();
      throw SlipwayError.of("BUNDLE_SOURCE_CHANGED", { file: url });
    }
    if (answer.status === 416) return;
    if (!answer.ok || answer.body === null) throw new Error(`HTTP status ${answer.status}`);
    for await (const piece of answer.body) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), STALL_MS);
      yield piece;
    }
  } finally {
    clearTimeout(timer);
  }
}

const readFailed = (file: string, offset: number, error: unknown): SlipwayError =>
  SlipwayError.of(
    "BUNDLE_READ_FAILED",
    { file, offset, item: "the bundle", problem: problemOf(error) },
    { cause: error },
  );
