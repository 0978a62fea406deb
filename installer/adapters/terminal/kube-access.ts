import { Agent, request } from "node:https";
import { parse } from "yaml";
import * as z from "zod";
import { SlipwayError } from "../../core/contract.ts";
import type { ClusterAccess } from "../../core/ports/terminal.ts";

const Kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.string() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }) }),
  ]),
});

/** How one cluster's API is reached. */
export interface KubeAccess {
  readonly cluster: string;
  readonly server: URL;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** Reads a kubeconfig as kubeadm writes it. */
export const kubeAccess = ({ cluster, kubeconfig }: ClusterAccess): KubeAccess => {
  const { clusters, users } = Kubeconfig.parse(parse(kubeconfig));
  const plain = (data: string): string => Buffer.from(data, "base64").toString("utf8");
  return {
    cluster,
    server: new URL(clusters[0].cluster.server),
    tls: {
      ca: plain(clusters[0].cluster["certificate-authority-data"]),
      cert: plain(users[0].user["client-certificate-data"]),
      key: plain(users[0].user["client-key-data"]),
    },
  };
};

/** What the API answers when something is wrong (meta/v1 Status). */
export const KubeStatus = z.object({
  status: z.string().optional(),
  message: z.string().default(""),
  reason: z.string().optional(),
  code: z.number().optional(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
});
export type KubeStatus = z.output<typeof KubeStatus>;

/** A call to the API. */
export interface KubeCall {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly method?: "GET" | "PATCH";
  readonly body?: { readonly type: string; readonly value: unknown };
}

/** An answer, whatever its status. */
export interface KubeAnswer {
  readonly status: number;
  readonly json: unknown;
}

const TIMEOUT_MS = 15_000;

/** The API as not to be had, and why. */
export const unreachable = (cluster: string, problem: string): SlipwayError =>
  SlipwayError.of("KUBE_UNREACHABLE", { cluster, problem });

/** Asks the API. Rejects with KUBE_UNREACHABLE when no answer comes. */
export const askKube = (
  access: KubeAccess,
  { path, signal, method = "GET", body }: KubeCall,
): Promise<KubeAnswer> =>
  new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false, ...access.tls });
    const asked = request(
      new URL(path, access.server),
      {
        agent,
        method,
        signal,
        timeout: TIMEOUT_MS,
        headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": body.type }) },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", (error) => reject(unreachable(access.cluster, error.message)));
        response.on("end", () => {
          agent.destroy();
          resolve({ status: response.statusCode ?? 0, json: parsed(Buffer.concat(pieces).toString("utf8")) });
        });
      },
    );
    asked.once("timeout", () => asked.destroy(new Error(`${TIMEOUT_MS / 1000} s`)));
    asked.once("error", (error) => {
      agent.destroy();
      reject(signal.aborted ? SlipwayError.of("CANCELLED", {}) : unreachable(access.cluster, error.message));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body.value));
  });

/** What a refusal says, for people. */
export const statusText = ({ status, json }: KubeAnswer): string => {
  const told = KubeStatus.safeParse(json).data;
  return told === undefined || told.message === "" ? `HTTP ${status}` : told.message;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
