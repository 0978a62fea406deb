import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, mkdir, rename, rm } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { Content, Offer } from "../../core/ports/content.ts";
import type { Redactor } from "../../core/ports/secrets.ts";
import type { SiteCa } from "../../core/ports/site-ca.ts";
import { localAddressFor } from "./addresses.ts";
import type { ContentStore } from "./images.ts";
import { TransferQueue } from "./queue.ts";
import { answerRequest, type Caller } from "./server.ts";

/** What the content server stands on. */
export interface ContentParts {
  readonly store: ContentStore;
  readonly siteCa: Pick<SiteCa, "issue">;
  readonly redactor: Pick<Redactor, "add">;
  readonly port: number;
  /** Folder for blobs that had to be decompressed here. */
  readonly scratch: string;
}

/** The server, to be closed with the engine. */
export interface OpenedContent extends Content {
  close(): Promise<void>;
}

interface Grant extends Caller {
  readonly digests: ReadonlySet<Digest>;
}

/** Transfers at once: enough to fill ten gigabits, few enough to keep memory small. */
const WIDTH = 16;

/** Certificates of the server live as long as a long working day of the engine would; each start makes a new one. */
const CERTIFICATE_DAYS = 90;

/** The rank of machines that pull images before they have been offered anything. */
const LAST_RANK = 9;

/** Serves the content of the store to machines, at the address each of them sees, by certificates of the site's CA. */
export const createContent = (parts: ContentParts): OpenedContent => {
  const { store, redactor, port } = parts;
  const grants = new Map<string, Grant>();
  const ranks = new Map<string, Caller>();
  const servers = new Map<string, Promise<Server>>();
  const queue = new TransferQueue(WIDTH);
  const serverParts = {
    store,
    queue,
    allowed: (token: string, digest: Digest): Caller | undefined => {
      const grant = grants.get(token);
      return grant?.digests.has(digest) === true ? grant : undefined;
    },
    callerAt: (address: string): Caller => ranks.get(address) ?? { machine: address, rank: LAST_RANK },
  };

  const listen = async (address: string): Promise<Server> => {
    const { certificate, privateKey } = await parts.siteCa.issue({
      commonName: "Slipway appliance",
      dnsNames: [],
      addresses: [address],
      days: CERTIFICATE_DAYS,
    });
    const server = createServer(
      { cert: certificate, key: privateKey, minVersion: "TLSv1.2", keepAliveTimeout: 15_000 },
      (request, response) => void answerRequest(serverParts, { request, response }),
    );
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, () => {
        server.off("error", reject);
        server.unref();
        resolve();
      });
    }).catch((cause: unknown) => {
      const problem = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
      throw SlipwayError.of("CONTENT_PORT_TAKEN", { address, port, problem }, { cause });
    });
    return server;
  };

  const portAt = async (address: string): Promise<number> => {
    const listening = servers.get(address) ?? listen(address);
    servers.set(address, listening);
    listening.catch(() => servers.delete(address));
    const bound = (await listening).address();
    return typeof bound === "object" && bound !== null ? bound.port : port;
  };

  const content: OpenedContent = {
    async addressFor(machine) {
      const address = await localAddressFor(machine.address);
      return { address, port: await portAt(address) };
    },
    async offer(machine, { digests, rank }): Promise<Offer> {
      const at = await content.addressFor(machine);
      const token = randomBytes(32).toString("base64url");
      redactor.add(token);
      const caller = { machine: machine.name, rank };
      // What the machine pulls by itself is as urgent as the most urgent that it was ever offered.
      const urgent = Math.min(rank, ranks.get(machine.address)?.rank ?? rank);
      ranks.set(machine.address, { machine: machine.name, rank: urgent });
      grants.set(token, { ...caller, digests: new Set(digests) });
      return {
        url: `https://${at.address}:${at.port}/content`,
        token,
        [Symbol.asyncDispose]: async () => void grants.delete(token),
      };
    },
    async file({ digest, plain }) {
      if (plain === undefined) return store.blobPath(digest);
      return decompressed(parts, { digest, plain });
    },
    async close() {
      for (const listening of servers.values()) {
        const server = await listening.catch(() => undefined);
        server?.close();
        server?.closeAllConnections();
      }
      servers.clear();
    },
  };
  return content;
};

/** Decompresses a blob once and keeps the result under its own digest; who sends it verifies that. */
const decompressed = async (
  { store, scratch }: ContentParts,
  { digest, plain }: { readonly digest: Digest; readonly plain: Digest },
): Promise<string> => {
  const path = join(scratch, plain.slice("sha256:".length));
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return path;
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const partial = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await pipeline(
      createReadStream(store.blobPath(digest)),
      createZstdDecompress(),
      createWriteStream(partial, { mode: 0o600 }),
    );
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
};
