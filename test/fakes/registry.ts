import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What happened to one request, to be looked at by tests. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A registry in memory that speaks as much of the OCI distribution protocol as a push needs. */
export interface FakeRegistry extends AsyncDisposable {
  readonly address: string;
  readonly seen: SeenRequest[];
  /** Tags by `repository:tag`, digests of manifests as values. */
  readonly tags: ReadonlyMap<string, string>;
  /** Blobs by `repository@digest`. */
  readonly blobs: ReadonlySet<string>;
  /** Decides what happens to a request: a status to answer, `drop` to break the line, undefined to go on. */
  meddle: (method: string, path: string) => number | "drop" | undefined;
}

/** How the registry behaves. */
export interface FakeRegistryOptions {
  /** `user:password`; requests need a token that is given out for it. */
  readonly account?: string;
}

/** Starts a registry on a free port of loopback. */
export const startFakeRegistry = async (options: FakeRegistryOptions = {}): Promise<FakeRegistry> => {
  const tags = new Map<string, string>();
  const blobs = new Set<string>();
  const seen: SeenRequest[] = [];
  let sessions = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "" } = request;
    const answer = (status: number, headers: Record<string, string> = {}, body = ""): void => {
      seen.push({ method, path: url, status });
      response.writeHead(status, headers).end(body);
    };
    const meddled = fake.meddle(method, url);
    if (meddled === "drop") {
      seen.push({ method, path: url, status: 0 });
      request.socket.destroy();
      return;
    }
    const body = await bytesOf(request);
    if (meddled !== undefined) return answer(meddled, {}, '{"errors":[{"code":"DENIED","message":"no"}]}');
    const { pathname, searchParams } = new URL(url, fake.address);
    const { authorization } = request.headers;
    if (pathname === "/token") {
      const asked = `Basic ${Buffer.from(options.account ?? "").toString("base64")}`;
      return authorization === asked
        ? answer(200, {}, JSON.stringify({ token: searchParams.getAll("scope").join(" ") }))
        : answer(401);
    }
    const [, repository = "", rest = ""] = /^\/v2\/(.+?)\/((?:blobs|manifests)\/.*)$/.exec(pathname) ?? [];
    if (options.account !== undefined && authorization?.includes(`repository:${repository}:`) !== true) {
      const challenge = `Bearer realm="${fake.address}/token",service="fake"`;
      return answer(401, { "www-authenticate": challenge });
    }
    if (method === "HEAD") return answer(blobs.has(`${repository}@${rest.slice(6)}`) ? 200 : 404);
    if (method === "POST") {
      const mount = `@${searchParams.get("mount") ?? ""}`;
      if (blobs.has(`${searchParams.get("from") ?? ""}${mount}`)) {
        blobs.add(`${repository}${mount}`);
        return answer(201);
      }
      sessions += 1;
      return answer(202, { location: `/v2/${repository}/blobs/uploads/${sessions}?state=x` });
    }
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (method === "PUT" && rest.startsWith("blobs/uploads/")) {
      if (searchParams.get("digest") !== digest) return answer(400);
      blobs.add(`${repository}@${digest}`);
      return answer(201);
    }
    if (method !== "PUT") return answer(405);
    const manifest = JSON.parse(body.toString("utf8")) as { config?: { digest: string } };
    if (manifest.config !== undefined && !blobs.has(`${repository}@${manifest.config.digest}`))
      return answer(404);
    tags.set(`${repository}:${rest.slice("manifests/".length)}`, digest);
    return answer(201);
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const fake: FakeRegistry = {
    address: `http://127.0.0.1:${typeof bound === "object" ? (bound?.port ?? 0) : 0}`,
    seen,
    tags,
    blobs,
    meddle: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
};

const bytesOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};
