import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { temporaryName } from "./owner.ts";
import { withoutCredentials } from "./settings.ts";

/** What to fetch, and what it must turn out to be. */
export interface FetchFileRequest {
  readonly component: string;
  readonly address: string;
  readonly to: string;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Algorithm and hex digest it must have; without it the file is taken as it comes and only hashed. */
  readonly expected?: { readonly algorithm: string; readonly hex: string } | undefined;
  /** Name in errors and whose lock entry to renew; by default the address and the component. */
  readonly name?: string;
}

/** Time without any byte after which a server counts as dead. */
const STALL_MS = 60_000;

/**
 * Fetches one file to its place, which it takes only when it is whole and right. Rejects with BUILD_SOURCE_UNREACHABLE
 * on any answer but 200, BUILD_CHECKSUM_CHANGED when the content is another. Returns size and sha256 in hex.
 */
export const fetchFile = async (request: FetchFileRequest): Promise<{ size: number; sha256: string }> => {
  const temporary = join(dirname(request.to), temporaryName());
  await mkdir(dirname(request.to), { recursive: true });
  const stalled = new AbortController();
  const signal = AbortSignal.any([request.signal, stalled.signal]);
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  const algorithm = request.expected?.algorithm ?? "sha256";
  const hash = createHash(algorithm);
  const sha256 = createHash("sha256");
  let size = 0;
  try {
    const response = await fetch(request.address, {
      signal,
      redirect: "follow",
      headers: { ...request.headers },
    });
    if (!response.ok || response.body === null)
      throw new Error(`HTTP ${response.status} ${response.statusText}`);
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          clearTimeout(timer);
          timer = setTimeout(() => stalled.abort(), STALL_MS);
          hash.update(chunk);
          sha256.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(temporary),
      { signal },
    );
    const actual = hash.digest("hex");
    if (request.expected !== undefined && actual !== request.expected.hex) {
      throw SlipwayError.of("BUILD_CHECKSUM_CHANGED", {
        name: request.name ?? withoutCredentials(request.address),
        expected: `${algorithm} ${request.expected.hex}`,
        source: withoutCredentials(request.address),
        actual,
        component: request.component,
      });
    }
    await rename(temporary, request.to);
    return { size, sha256: sha256.digest("hex") };
  } catch (thrown) {
    if (request.signal.aborted) throw SlipwayError.of("CANCELLED", {});
    if (thrown instanceof SlipwayError) throw thrown;
    throw unreachable(request, thrown, stalled.signal);
  } finally {
    clearTimeout(timer);
    await rm(temporary, { force: true });
  }
};

const unreachable = (request: FetchFileRequest, thrown: unknown, stalled: AbortSignal): SlipwayError => {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const problem = stalled.aborted
    ? `no byte for ${STALL_MS / 1000} s`
    : cause instanceof Error
      ? cause.message || ("code" in cause ? String(cause.code) : cause.name)
      : String(cause);
  return SlipwayError.of(
    "BUILD_SOURCE_UNREACHABLE",
    { component: request.component, source: withoutCredentials(request.address), problem },
    { cause: thrown },
  );
};
