import { request, type RequestOptions } from "node:https";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { CONTRACT_HEADER, CONTRACT_VERSION } from "../../installer/contract/api/version.ts";

/** Where a console is, and whom to trust for it. */
export interface Site {
  readonly port: number;
  readonly ca: string;
}

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body, unwrapped from what typed clients use. */
  readonly body: unknown;
}

/** What to send. */
export interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One HTTP request over TLS, exactly as given: what a hostile client would send. */
export const ask = ({ port, ca }: Site, { path, method = "GET", headers = {}, body }: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // The name in the certificate is checked whatever the request says it wants.
    const servername = "localhost";
    const to = { host: "127.0.0.1", port, ca, servername };
    const options: RequestOptions = { ...to, path, method, headers, agent: false };
    const call = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: unwrapped(text) }),
      );
    });
    call.on("error", reject);
    call.end(body);
  });

/** A call as the console's page makes it. */
export const rpc = (
  site: Site,
  call: string,
  {
    input,
    cookie,
    headers = {},
  }: {
    readonly input?: unknown;
    readonly cookie?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> =>
  ask(site, {
    path: `/rpc/${call.replaceAll(".", "/")}`,
    method: "POST",
    headers: {
      "content-type": "application/json",
      origin: `https://127.0.0.1:${site.port}`,
      [CONTRACT_HEADER]: String(CONTRACT_VERSION),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: JSON.stringify({ json: input }),
  });

/** The cookie that an answer sets, as the browser sends it back. */
export const cookieOf = ({ headers }: Answer): string => headers["set-cookie"]?.at(0)?.split(";").at(0) ?? "";

/** A bare TLS connection. */
export const raw = ({ port, ca }: Site): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, ca }, () => resolve(socket));
    socket.once("error", reject);
  });

const unwrapped = (text: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "json" in parsed ? parsed.json : parsed;
  } catch {
    return undefined;
  }
};
