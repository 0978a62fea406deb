import { Agent as PlainAgent, type IncomingHttpHeaders, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Content of a request whose length is known, opened anew for every try. */
export interface RequestBody {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** One request of HTTP. */
export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly signal: AbortSignal;
}

/** Its answer; the text is cut at 64 KiB. */
export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A registry that says nothing for so long is taken for dead. */
const SILENCE_MS = 60_000;
const MAX_TEXT_BYTES = 2 ** 16;

/** Makes requests over kept connections. */
export interface HttpClient extends Disposable {
  call(call: HttpCall): Promise<HttpReply>;
}

/** A client that believes `ca`, or the system's authorities when there is none. */
export const httpClient = (ca: string | undefined): HttpClient => {
  const options = { keepAlive: true, timeout: SILENCE_MS };
  const plain = new PlainAgent(options);
  const tls = new TlsAgent({ ...options, ...(ca === undefined ? {} : { ca }) });
  return {
    call: async (call) => send(call, { plain, tls }),
    [Symbol.dispose]: () => {
      plain.destroy();
      tls.destroy();
    },
  };
};

const send = async (call: HttpCall, agents: { plain: PlainAgent; tls: TlsAgent }): Promise<HttpReply> => {
  const { method, url, body, signal } = call;
  const headers = { ...call.headers, "content-length": String(body?.size ?? 0) };
  const outgoing =
    url.protocol === "https:"
      ? tlsRequest(url, { method, headers, signal, agent: agents.tls })
      : plainRequest(url, { method, headers, signal, agent: agents.plain });
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer for a minute")));
  const answer = new Promise<HttpReply>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      );
    });
  });
  if (body === undefined) outgoing.end();
  // What goes wrong in sending destroys the request with its reason, so that it arrives through `answer`.
  else pipeline(Readable.from(body.open()), outgoing).catch(() => {});
  const reply = await answer;
  // A registry may refuse before it has read everything: the rest need not be sent.
  if (!outgoing.writableFinished) outgoing.destroy();
  return reply;
};

const textOf = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (size < MAX_TEXT_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).toString("utf8", 0, MAX_TEXT_BYTES);
};
