import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { byteRange } from "../../core/netboot/urls.ts";
import type { JobContent } from "../../core/ports/metal.ts";

const READ_BYTES = 2 ** 20;

/** Sends bytes or a file, whole or one range of it. Rejects when the peer goes or the file cannot be read. */
export const sendContent = async (
  content: JobContent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const size = content.kind === "bytes" ? content.bytes.length : content.size;
  const range = byteRange(request.headers.range, size);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "content-length": end - start + 1,
    "accept-ranges": "bytes",
    ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  if (content.kind === "bytes") {
    response.end(content.bytes.subarray(start, end + 1));
    return;
  }
  await pipeline(createReadStream(content.path, { start, end, highWaterMark: READ_BYTES }), response);
};
