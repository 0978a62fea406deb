import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { FirstBoot, InstallEvent, SAVED_BYTES, SAVED_PARTS } from "../../contract/metal/events.ts";
import { MetalFacts } from "../../contract/metal/facts.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { toLines } from "../../core/metal/lines.ts";
import type { Log } from "../../core/ports/log.ts";
import type { InstallerDesk, InstallerServer, Refusal } from "../../core/ports/metal.ts";
import type { SiteCa } from "../../core/ports/site-ca.ts";
import { sendContent } from "./send-content.ts";

/** What the server stands on. */
export interface MetalServerParts {
  readonly siteCa: Pick<SiteCa, "issue">;
  readonly port: number;
  readonly log: Log;
}

/** An installation may take this long without the engine being started anew. */
const CERTIFICATE_DAYS = 90;
/** Facts of a machine with hundreds of disks. */
const FACTS_BYTES = 4 * 2 ** 20;
const LOG_BYTES = 2 ** 17;
const STALLED_MS = 60_000;

/** Serves installers at one address: HTTPS, a certificate of the site's CA, a token for each call. */
export const createInstallerServer = (parts: MetalServerParts): InstallerServer => ({
  async listen(address, desk) {
    const { certificate, privateKey } = await parts.siteCa.issue({
      commonName: "Slipway appliance",
      dnsNames: [],
      addresses: [address],
      days: CERTIFICATE_DAYS,
    });
    const server = createServer(
      // The clock of a blank machine may be anywhere; keep-alive spares its slow handshakes.
      { cert: certificate, key: privateKey, minVersion: "TLSv1.2", keepAliveTimeout: 30_000 },
      (request, response) => void answer({ desk, log: parts.log }, request, response),
    );
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    const { port } = parts;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, () => {
        server.off("error", reject);
        server.unref();
        resolve();
      });
    }).catch((cause: unknown) => {
      const problem = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
      throw SlipwayError.of("METAL_PORT_TAKEN", { address, port, problem }, { cause });
    });
    const bound = server.address();
    const actual = typeof bound === "object" && bound !== null ? bound.port : port;
    return {
      url: `https://${address}:${actual}`,
      close: () =>
        new Promise((done) => {
          server.close(() => done());
          server.closeAllConnections();
        }),
    };
  },
});

interface Parts {
  readonly desk: InstallerDesk;
  readonly log: Log;
}

/** A refusal with the status that goes out. */
class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const taken = <T>(answered: T | Refusal): T => {
  if (typeof answered === "object" && answered !== null && "refused" in answered) {
    throw new Refused(answered.refused, answered.code);
  }
  return answered;
};

/** Answers one request. Never rejects: what goes wrong is a status with a code, or the end of the connection. */
const answer = async (parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.on("error", () => undefined);
  try {
    await route(parts, request, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, code } = error instanceof Refused ? error : { status: 500, code: "INTERNAL" };
    if (status === 500) parts.log.error({ error, url: request.url }, "an installer's call failed");
    sendText(response, status, `code ${code}\n`);
  }
};

const route = async ({ desk }: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const token = /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) throw new Refused(401, "TOKEN_MISSING");
  const { pathname } = new URL(request.url ?? "/", "https://appliance");
  const method = request.method ?? "GET";
  if (method === "POST" && pathname === "/metal/v1/hello") {
    const facts = MetalFacts.safeParse(await json(request, FACTS_BYTES));
    if (!facts.success) throw new Refused(400, "FACTS_INVALID");
    return sendText(response, 200, toLines(taken(await desk.hello(token, facts.data))));
  }
  const [, job = "", name = "", part] =
    /^\/metal\/v1\/jobs\/([A-Za-z0-9_-]{1,64})\/([a-z-]+)(?:\/([a-z]+))?$/.exec(pathname) ?? [];
  if (job === "") throw new Refused(404, "PATH_UNKNOWN");
  if (name === "saved") {
    const saved = SAVED_PARTS.find((one) => one === part);
    if (saved === undefined) throw new Refused(404, "PATH_UNKNOWN");
    if (method === "PUT") {
      taken(await desk.save(token, job, { part: saved, bytes: await body(request, SAVED_BYTES) }));
      return sendText(response, 200, "ok\n");
    }
    return sendContent(taken(await desk.saved(token, job, saved)), request, response);
  }
  switch (`${method} ${name}`) {
    case "GET plan":
      return sendText(response, 200, toLines(taken(await desk.plan(token, job))));
    case "GET image":
    case "HEAD image":
    case "GET boot":
    case "HEAD boot":
    case "GET identity":
      return sendContent(taken(await desk.content(token, job, name)), request, response);
    case "POST events": {
      const event = InstallEvent.safeParse(await json(request, LOG_BYTES));
      if (!event.success) throw new Refused(400, "EVENT_INVALID");
      taken(await desk.event(token, job, event.data));
      return sendText(response, 200, "ok\n");
    }
    case "POST log": {
      const text = new TextDecoder().decode(await body(request, LOG_BYTES));
      taken(await desk.log(token, job, text));
      return sendText(response, 200, "ok\n");
    }
    case "POST first-boot": {
      const said = FirstBoot.safeParse(await json(request, LOG_BYTES));
      if (!said.success) throw new Refused(400, "FIRST_BOOT_INVALID");
      taken(await desk.firstBoot(token, job, said.data));
      return sendText(response, 200, "ok\n");
    }
    default:
      throw new Refused(404, "PATH_UNKNOWN");
  }
};

const body = async (request: IncomingMessage, most: number): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > most) throw new Refused(413, "BODY_TOO_LARGE");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

const json = async (request: IncomingMessage, most: number): Promise<unknown> => {
  const bytes = await body(request, most);
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    throw new Refused(400, "BODY_NO_JSON");
  }
};

const sendText = (response: ServerResponse, status: number, text: string): void => {
  const bytes = new TextEncoder().encode(text);
  response.writeHead(status, { "content-type": "text/plain", "content-length": bytes.length });
  response.end(bytes);
};
