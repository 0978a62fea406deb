import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { text as readText } from "node:stream/consumers";
import { parse } from "yaml";
import * as z from "zod";
import { SlipwayError } from "../../core/contract.ts";
import type { KubeAccess, KubeApi, KubeList, KubeObject, KubeWatchEvent } from "../../core/ports/kube.ts";

const Kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.base64() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }) }),
  ]),
});

/** What the API says when it refuses (meta/v1 Status). */
const Status = z.object({ message: z.string().default("") });
const Listed = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.custom<KubeObject>((item) => typeof item === "object" && item !== null)),
});

/** Without a byte for so long a call is given up; watches are sent a bookmark about every minute. */
const SILENCE_MS = 90_000;
const CONNECT_MS = 10_000;

interface Line {
  readonly server: string;
  readonly agent: Agent;
}

interface Call {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly patch?: unknown;
}

/** Asks the API of clusters over TLS with the certificate of a kubeconfig. Connections are kept for the next call. */
export const createKubeApi = (): KubeApi & { close(): void } => {
  const lines = new Map<string, Line>();

  const lineTo = ({ kubeconfig }: KubeAccess): Line => {
    const known = lines.get(kubeconfig);
    if (known !== undefined) return known;
    const { clusters, users } = Kubeconfig.parse(parse(kubeconfig));
    const plain = (data: string): Buffer => Buffer.from(data, "base64");
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 64,
      ca: plain(clusters[0].cluster["certificate-authority-data"]),
      cert: plain(users[0].user["client-certificate-data"]),
      key: plain(users[0].user["client-key-data"]),
    });
    const line = { server: clusters[0].cluster.server, agent };
    lines.set(kubeconfig, line);
    return line;
  };

  const ask = (access: KubeAccess, { path, signal, patch }: Call): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { server, agent } = lineTo(access);
      const asked = request(
        new URL(path, server),
        {
          agent,
          signal,
          method: patch === undefined ? "GET" : "PATCH",
          timeout: SILENCE_MS,
          headers: patch === undefined ? {} : { "content-type": "application/merge-patch+json" },
        },
        (response) => {
          clearTimeout(impatience);
          if ((response.statusCode ?? 0) < 300) resolve(response);
          else refusalOf(access.cluster, path, response).then(reject, reject);
        },
      );
      const impatience = setTimeout(
        () => asked.destroy(new Error(`no answer in ${CONNECT_MS / 1000} s`)),
        CONNECT_MS,
      );
      asked.once("timeout", () => asked.destroy(new Error("silence")));
      asked.once("error", (error) => {
        clearTimeout(impatience);
        reject(signal.aborted ? SlipwayError.of("CANCELLED", {}) : silent(access.cluster, error));
      });
      asked.end(patch === undefined ? undefined : JSON.stringify(patch));
    });

  const json = async (access: KubeAccess, call: Call): Promise<unknown> => {
    const answer = await ask(access, call);
    try {
      return JSON.parse(await readText(answer)) as unknown;
    } catch (error) {
      throw silent(access.cluster, error);
    }
  };

  return {
    async list(access, path, signal): Promise<KubeList> {
      const { metadata, items } = Listed.parse(await json(access, { path, signal }));
      return { items, resourceVersion: metadata.resourceVersion };
    },
    get: async (access, path, signal) => (await json(access, { path, signal })) as KubeObject,
    async patch(access, path, { patch, signal }) {
      await json(access, { path, signal, patch });
    },
    async *watch(access, path, signal) {
      const answer = await ask(access, { path, signal });
      try {
        for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
          if (line !== "") yield JSON.parse(line) as KubeWatchEvent;
        }
      } catch (error) {
        if (!signal.aborted) throw silent(access.cluster, error);
      } finally {
        answer.destroy();
      }
    },
    async *text(access, path, signal) {
      const answer = await ask(access, { path, signal });
      answer.setEncoding("utf8");
      try {
        for await (const piece of answer) yield piece as string;
      } catch (error) {
        if (!signal.aborted) throw silent(access.cluster, error);
      } finally {
        answer.destroy();
      }
    },
    close() {
      for (const { agent } of lines.values()) agent.destroy();
    },
  };
};

const silent = (cluster: string, error: unknown): SlipwayError =>
  error instanceof SlipwayError
    ? error
    : SlipwayError.of(
        "KUBE_API_SILENT",
        { cluster, problem: error instanceof Error ? error.message : String(error) },
        { cause: error },
      );

const refusalOf = async (cluster: string, path: string, response: IncomingMessage): Promise<SlipwayError> => {
  const said = await readText(response).catch(() => "");
  const problem = messageIn(said) || `HTTP ${response.statusCode}`;
  if (response.statusCode === 404) {
    const object = (path.split("?")[0] ?? "").split("/").slice(-2).join("/");
    return SlipwayError.of("KUBE_OBJECT_GONE", { cluster, object });
  }
  return SlipwayError.of("KUBE_API_REFUSED", { cluster, problem });
};

const messageIn = (said: string): string => {
  try {
    return Status.parse(JSON.parse(said)).message;
  } catch {
    return said.slice(0, 300);
  }
};
