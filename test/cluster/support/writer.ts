import { request } from "node:https";
import { parse } from "yaml";
import { onMachine, type TestSite } from "./site.ts";

/** How often the client begins a write, in milliseconds. It does not wait for the one before. */
const EVERY_MS = 50;
/** After this long a client gives an attempt up. */
const ATTEMPT_MS = 1_500;
const NAMESPACE = "slipway-writer";

interface KubeConfig {
  readonly clusters: readonly [{ cluster: { "certificate-authority-data": string; server: string } }];
  readonly users: readonly [{ user: { "client-certificate-data": string; "client-key-data": string } }];
}

/** One acknowledged write. */
interface Acknowledged {
  readonly name: string;
  readonly at: number;
}

/** A stretch of time in which no write was acknowledged. */
export interface Gap {
  readonly ms: number;
}

/** A client that writes through the cluster's virtual address all the time, as a program would. */
export interface Writer {
  /** Longest time between two acknowledged writes since `since` (`performance.now()`), up to now. */
  longestGap(since: number): Gap;
  /** Resolves when writes are acknowledged again. */
  flowing(): Promise<void>;
  readonly acknowledged: number;
  readonly failed: number;
  /** Stops, and gives the names of acknowledged writes that the cluster does not hold. Must be empty. */
  stop(): Promise<readonly string[]>;
}

const answer = (
  { server, ca, cert, key }: { server: string; ca: string; cert: string; key: string },
  { method, path, body }: { method: string; path: string; body?: unknown },
  timeoutMs: number,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const call = request(
      new URL(path, server),
      {
        method,
        ca,
        cert,
        key,
        agent: false,
        timeout: timeoutMs,
        headers: { "content-type": "application/json" },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        );
      },
    );
    const deadline = setTimeout(() => call.destroy(new Error("given up")), timeoutMs);
    call.once("close", () => clearTimeout(deadline));
    call.once("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });

/** Begins to write ConfigMaps through the address that the administrator's kubeconfig names. */
export const startWriter = async (site: Pick<TestSite, "lab">): Promise<Writer> => {
  const config = parse(await onMachine(site, "n1", "cat /etc/kubernetes/admin.conf")) as KubeConfig;
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const decoded = (text: string): string => Buffer.from(text, "base64").toString();
  const access = {
    server: cluster.server,
    ca: decoded(cluster["certificate-authority-data"]),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
  await answer(
    access,
    { method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: NAMESPACE } } },
    10_000,
  );
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  const done: Acknowledged[] = [];
  let number = 0;
  let failed = 0;
  const prefix = `w${Date.now().toString(36)}`;
  const attempt = async (): Promise<void> => {
    const name = `${prefix}-${number++}`;
    try {
      const { status } = await answer(
        access,
        { method: "POST", path, body: { metadata: { name } } },
        ATTEMPT_MS,
      );
      if (status === 201) done.push({ name, at: performance.now() });
      else failed += 1;
    } catch {
      failed += 1;
    }
  };
  const timer = setInterval(() => void attempt(), EVERY_MS);
  return {
    longestGap(since) {
      const times = [since, ...done.filter(({ at }) => at >= since).map(({ at }) => at), performance.now()];
      let longest = 0;
      for (let index = 1; index < times.length; index += 1) {
        longest = Math.max(longest, (times[index] ?? 0) - (times[index - 1] ?? 0));
      }
      return { ms: longest };
    },
    async flowing() {
      for (;;) {
        const now = performance.now();
        if (done.filter(({ at }) => at > now - 1_000).length >= 10) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    get acknowledged() {
      return done.length;
    },
    get failed() {
      return failed;
    },
    async stop() {
      clearInterval(timer);
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
      const { status, text } = await answer(access, { method: "GET", path }, 30_000);
      if (status !== 200) throw new Error(`the writes cannot be listed: ${status} ${text}`);
      const { items } = JSON.parse(text) as { items: readonly { metadata: { name: string } }[] };
      const held = new Set(items.map(({ metadata }) => metadata.name));
      return done.map(({ name }) => name).filter((name) => !held.has(name));
    },
  };
};
