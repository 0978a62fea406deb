import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StaticFile, StaticFiles } from "../../core/ports/web.ts";
import { setSecurityHeaders } from "./headers.ts";

/** Stands in index.html where the nonce of the answer belongs: `<meta property="csp-nonce" nonce="__CSP_NONCE__">`. */
const NONCE_PLACE = "__CSP_NONCE__";

const absentPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Slipway</title></head>
<body>
<h1>Slipway</h1>
<p>The engine answers, but it was started without the web pages of the console. Programs can call <code>/api</code>.</p>
<p lang="zh-CN">引擎正在运行，但启动时未提供控制台网页。程序可以调用 <code>/api</code>。</p>
</body>
</html>
`;

/**
 * Answers with a file of the console. Paths without a file are addresses inside the console, which begins with its first
 * page; anything that looks like a file and is none is 404.
 */
export const servePage = async (
  files: StaticFiles,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD", connection: "close" }).end();
    return;
  }
  const path = pathOf(request);
  const file = path === "/" || path === "/index.html" ? undefined : await files.find(path);
  if (file !== undefined) {
    sendFile(file, request, response);
    return;
  }
  if (/\.\w+$/.test(path) && path !== "/index.html") {
    response.writeHead(404, { "content-type": "text/plain" }).end("404\n");
    return;
  }
  const index = await files.index();
  const nonce = randomBytes(16).toString("base64");
  const html = index === undefined ? absentPage : Buffer.from(index.content).toString("utf8");
  setSecurityHeaders(response, nonce);
  response.setHeader("content-type", "text/html; charset=utf-8");
  finish(request, response, Buffer.from(html.replaceAll(NONCE_PLACE, nonce)));
};

const sendFile = (file: StaticFile, request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader("content-type", file.type);
  response.setHeader("etag", file.etag);
  response.setHeader("cache-control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers["if-none-match"] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader("vary", "accept-encoding");
  const zipped = /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "")
    ? file.gzip
    : undefined;
  if (zipped !== undefined) response.setHeader("content-encoding", "gzip");
  finish(request, response, zipped ?? file.content);
};

const finish = (request: IncomingMessage, response: ServerResponse, content: Uint8Array): void => {
  response.setHeader("content-length", content.byteLength);
  response.writeHead(200);
  response.end(request.method === "HEAD" ? undefined : content);
};

const pathOf = ({ url }: IncomingMessage): string => {
  const [path = "/"] = (url ?? "/").split("?");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};
