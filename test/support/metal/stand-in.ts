import { createHash, X509Certificate } from "node:crypto";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { createSiteCa } from "../../../installer/adapters/site-ca/site-ca.ts";
import { SlipwayError } from "../../../installer/contract/errors/index.ts";
import { InstallEvent, SAVED_PARTS } from "../../../installer/contract/metal/events.ts";
import { MetalFacts } from "../../../installer/contract/metal/facts.ts";
import type { MetalDecision, MetalPlan } from "../../../installer/contract/metal/plan.ts";
import { toLines } from "../../../installer/core/metal/lines.ts";
import { byteRange } from "../../../installer/core/netboot/urls.ts";

/** What the stand-in gives an installer, and how it misbehaves. All may be changed while it runs. */
export interface StandInScript {
  decide(facts: MetalFacts): MetalDecision;
  plan(facts: MetalFacts | undefined): MetalPlan;
  readonly files: Readonly<Record<string, Buffer>>;
  /** Ends the connection after so many bytes of a file's answer, so many times. */
  cut?: { readonly path: string; readonly after: number; times: number };
  /** Answers 503 to everything. */
  down?: boolean;
}

/** An engine as far as an installer can tell. */
export interface StandIn {
  readonly script: StandInScript;
  readonly fingerprint: string;
  /** Addresses for the kernel command line: `https://...` and `http://...`. */
  readonly engine: string;
  readonly boot: string;
  readonly events: InstallEvent[];
  readonly facts: MetalFacts[];
  readonly logs: string[];
  /** Parts of disks, the first write of each. */
  readonly saved: Map<string, Buffer>;
  close(): Promise<void>;
}

/** sha256 as a plan gives it. */
export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Token that the stand-in expects. */
export const TOKEN = "stand-in-token";

/** Starts on the address, which this computer has. */
export const startStandIn = async (address: string, script: StandInScript): Promise<StandIn> => {
  const kept = new Map<string, string>();
  const ca = createSiteCa({
    secrets: {
      get: async (name) => {
        const value = kept.get(name);
        if (value === undefined) throw SlipwayError.of("SECRET_NOT_FOUND", { name });
        return value;
      },
      set: async (name, value) => void kept.set(name, value),
    },
    redactor: { add: () => undefined },
    clock: { now: () => Date.now() },
  });
  const certificate = await ca.certificate();
  const own = await ca.issue({ commonName: "engine", dnsNames: [], addresses: [address], days: 2 });
  const heard = { events: [], facts: [], logs: [], saved: new Map() } as Pick<
    StandIn,
    "events" | "facts" | "logs" | "saved"
  >;
  const secure = createHttps({ cert: own.certificate, key: own.privateKey }, (request, answer) => {
    void serve(script, heard, { request, answer });
  });
  const plain = createHttp((_, answer) => answer.end(certificate));
  await new Promise<void>((resolve) => secure.listen(0, address, resolve));
  await new Promise<void>((resolve) => plain.listen(0, address, resolve));
  const at = (server: { address(): unknown }) => `${address}:${(server.address() as AddressInfo).port}`;
  return {
    ...heard,
    script,
    fingerprint: new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase(),
    engine: `https://${at(secure)}`,
    boot: `http://${at(plain)}`,
    close: async () => {
      for (const server of [secure, plain]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
}

const serve = async (
  script: StandInScript,
  heard: Pick<StandIn, "events" | "facts" | "logs" | "saved">,
  { request, answer }: Exchange,
): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const path = request.url ?? "";
  if (script.down === true) return void answer.writeHead(503).end("down\n");
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return void answer.writeHead(401).end("no\n");
  if (path === "/metal/v1/hello") {
    const facts = MetalFacts.parse(JSON.parse(body.toString("utf8")));
    heard.facts.push(facts);
    return void answer.end(toLines(script.decide(facts)));
  }
  const rest = /^\/metal\/v1\/jobs\/[\w-]+\/(.+)$/.exec(path)?.[1] ?? "";
  const saved = SAVED_PARTS.find((part) => rest === `saved/${part}`);
  if (rest === "plan") return void answer.end(toLines(script.plan(heard.facts.at(-1))));
  if (rest === "events") {
    heard.events.push(InstallEvent.parse(JSON.parse(body.toString("utf8"))));
    return void answer.end("ok\n");
  }
  if (rest === "log") {
    heard.logs.push(body.toString("utf8"));
    return void answer.end("ok\n");
  }
  if (saved !== undefined && request.method === "PUT") {
    if (!heard.saved.has(saved)) heard.saved.set(saved, body);
    return void answer.end("ok\n");
  }
  const file = saved === undefined ? script.files[rest] : heard.saved.get(saved);
  if (file === undefined) return void answer.writeHead(404).end("nothing here\n");
  send(script, { path: rest, file, range: request.headers.range }, answer);
};

const send = (
  script: StandInScript,
  { path, file, range }: { path: string; file: Buffer; range: string | undefined },
  answer: ServerResponse,
): void => {
  const part = byteRange(range, file.length);
  if (part === "unsatisfiable") return void answer.writeHead(416).end("beyond the end\n");
  const bytes = part === undefined ? file : file.subarray(part.start, part.end + 1);
  answer.writeHead(part === undefined ? 200 : 206, { "content-length": bytes.length });
  const { cut } = script;
  if (cut?.path === path && cut.times > 0 && bytes.length > cut.after) {
    cut.times -= 1;
    answer.write(bytes.subarray(0, cut.after), () => answer.destroy());
    return;
  }
  answer.end(bytes);
};
