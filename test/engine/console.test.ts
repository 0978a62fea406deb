import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { EngineClient } from "../../installer/cli/link/client.ts";
import type { Enrolment, Grants } from "../../installer/contract/accounts.ts";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";
import { ask, cookieOf, raw, rpc, type Answer, type Site } from "../support/web-client.ts";
import { dataFolder } from "./cli.ts";

const PASSWORD = "four legs on the roof";

let engine: EngineProcess;
let site: Site;
let data: ReturnType<typeof dataFolder>;

beforeAll(async () => {
  data = dataFolder();
  const ui = join(data.path, "..", `${data.path.split("/").at(-1)}-ui`);
  mkdirSync(join(ui, "assets"), { recursive: true });
  writeFileSync(join(ui, "index.html"), '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__">');
  writeFileSync(join(ui, "assets", "app-1a2b3c4d.js"), "export {};\n");
  writeFileSync(join(ui, "..", "secret.txt"), "swordfish");
  engine = await startEngine(data.path, {}, ["--listen", "127.0.0.1:0", "--ui", ui]);
  const { addresses, authority } = await engine.client.console.status();
  site = { port: Number(new URL(addresses[0] ?? "").port), ca: authority?.certificate ?? "" };
});
afterAll(async () => {
  await engine.stop();
  data.remove();
});

const codeOf = ({ body }: Answer): unknown => (body as { code?: unknown } | undefined)?.code;

const invite = (name: string, grants: Grants): Promise<Enrolment> =>
  engine.client.users.invite({ name, grants });

/** A new account, signed in. */
const member = async (name: string, grants: Grants = { site: "viewer", clusters: {} }): Promise<string> => {
  const { token } = await invite(name, grants);
  const answer = await rpc(site, "auth.enrol", { input: { token, password: PASSWORD } });
  expect(answer.status).toBe(200);
  return cookieOf(answer);
};

const login = (user: string, password = PASSWORD, code?: string): Promise<Answer> =>
  rpc(site, "auth.login", { input: { user, password, ...(code === undefined ? {} : { code }) } });

const origin = (): string => `https://127.0.0.1:${site.port}`;

const webSocket = (cookie: string | undefined, from = origin()): WebSocket =>
  new WebSocket(`wss://127.0.0.1:${site.port}/ws`, "slipway.1", {
    ca: site.ca,
    origin: from,
    headers: cookie === undefined ? {} : { cookie },
  });

const refusalOf = (socket: WebSocket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once("error", (error) => resolve(error.message));
    socket.once("open", () => reject(new Error("it was let in")));
  });

describe("pages", () => {
  test("carry a policy that lets nothing in from outside, and a nonce of their own", async () => {
    const [one, other] = await Promise.all([ask(site, { path: "/" }), ask(site, { path: "/machines/n1" })]);
    const policy = String(one.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(one.text).toContain("nonce=");
    expect(one.text).not.toBe(other.text);
    expect(one.headers["strict-transport-security"]).toContain("max-age");
    const script = await ask(site, { path: "/assets/app-1a2b3c4d.js" });
    expect(script).toMatchObject({ status: 200, text: "export {};\n" });
    expect(script.headers["cache-control"]).toContain("immutable");
  });

  test.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/../../secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "//etc/passwd.txt",
    "/..\\secret.txt",
    "/%00/../secret.txt",
    "/assets/..%252f..%252fsecret.txt",
  ])("stay inside their folder: %s", async (path) => {
    const answer = await ask(site, { path });
    expect(answer.text).not.toContain("swordfish");
    expect(answer.status).not.toBe(200);
  });

  test("are for names of this console only", async () => {
    const answer = await ask(site, { path: "/", headers: { host: "evil.example" } });
    expect(answer.status).toBe(421);
    expect(codeOf(answer)).toBe("HOST_REFUSED");
  });
});

describe("the first link", () => {
  test("works once, for whoever opens it first", async () => {
    const { token, path, links } = await invite("first", { site: "administrator", clusters: {} });
    expect(links[0]).toBe(`${origin()}${path}`);
    expect((await rpc(site, "auth.enrolment", { input: { token } })).body).toMatchObject({ user: "first" });
    const weak = await rpc(site, "auth.enrol", { input: { token, password: "password1234" } });
    expect(codeOf(weak)).toBe("PASSWORD_COMMON");
    const both = await Promise.all(
      [1, 2].map(() => rpc(site, "auth.enrol", { input: { token, password: PASSWORD } })),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
    expect(codeOf(await rpc(site, "auth.enrolment", { input: { token } }))).toBe("ENROLMENT_INVALID");
  });

  test("is worth nothing once another was made for the same account", async () => {
    await invite("twice", { clusters: {} });
    const { token } = await engine.client.users.resetPassword({ name: "twice" });
    const { token: later } = await engine.client.users.resetPassword({ name: "twice" });
    expect(codeOf(await rpc(site, "auth.enrolment", { input: { token } }))).toBe("ENROLMENT_INVALID");
    expect((await rpc(site, "auth.enrolment", { input: { token: later } })).status).toBe(200);
  });
});

describe("a session", () => {
  test("is a cookie that scripts cannot read and other sites do not send", async () => {
    await member("cora");
    const cookie = String((await login("cora")).headers["set-cookie"]?.[0]);
    expect(cookie).toMatch(/^__Host-slipway=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  });

  test("cannot be fixed: a login gives a new one and ends the one that was there", async () => {
    const before = await member("fay");
    const fixed = await rpc(site, "auth.login", {
      input: { user: "fay", password: PASSWORD },
      cookie: "__Host-slipway=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    });
    expect(cookieOf(fixed)).not.toContain("AAAA");
    const after = cookieOf(
      await rpc(site, "auth.login", { input: { user: "fay", password: PASSWORD }, cookie: before }),
    );
    expect(after).not.toBe(before);
    expect(codeOf(await rpc(site, "auth.me", { cookie: before }))).toBe("SIGN_IN_NEEDED");
    expect((await rpc(site, "auth.me", { cookie: after })).body).toMatchObject({
      user: "fay",
      via: "session",
    });
  });

  test("is not used by pages of other sites, nor by requests that do not say where they are from", async () => {
    const cookie = await member("rob", { site: "administrator", clusters: {} });
    const input = { name: "site.key", value: "x" };
    const foreign = await rpc(site, "secrets.set", {
      cookie,
      input,
      headers: { origin: "https://evil.example" },
    });
    expect(codeOf(foreign)).toBe("ORIGIN_REFUSED");
    const none = await rpc(site, "secrets.set", { cookie, input, headers: { origin: "null" } });
    expect(none.status).toBe(403);
    const form = await ask(site, {
      path: "/rpc/secrets/set",
      method: "POST",
      headers: { cookie, origin: origin(), "content-type": "text/plain" },
      body: JSON.stringify({ json: input }),
    });
    expect(codeOf(form)).toBe("REQUEST_INVALID");
    const api = await ask(site, { path: "/api/secrets", headers: { cookie } });
    expect(codeOf(api)).toBe("SIGN_IN_NEEDED");
    expect(await engine.client.secrets.list()).not.toContainEqual(
      expect.objectContaining({ name: "site.key" }),
    );
  });

  test("ends at once when it is revoked, and with it its WebSocket", async () => {
    const cookie = await member("ron");
    const socket = webSocket(cookie);
    await new Promise((resolve) => socket.once("open", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const [session] = await engine.client.users.sessions({ user: "ron" });
    await engine.client.users.endSession({ id: session?.id ?? "" });
    expect(await closed).toBe(4401);
    expect(codeOf(await rpc(site, "auth.me", { cookie }))).toBe("SIGN_IN_NEEDED");
  });

  test("has the roles of its account as they are now", async () => {
    const cookie = await member("gil", { clusters: {} });
    expect(codeOf(await rpc(site, "bundles.list", { cookie }))).toBe("PERMISSION_DENIED");
    await engine.client.users.grant({ name: "gil", grants: { site: "viewer", clusters: {} } });
    expect((await rpc(site, "bundles.list", { cookie })).status).toBe(200);
  });
});

describe("the WebSocket", () => {
  test("is refused to pages of other sites and to strangers", async () => {
    const cookie = await member("wes");
    expect(await refusalOf(webSocket(cookie, "https://evil.example"))).toContain("403");
    expect(await refusalOf(webSocket(undefined))).toContain("401");
  });

  test("carries all calls and feeds of a page, and a feed goes on where it was after a new connection", async () => {
    const cookie = await member("wanda", { site: "operator", clusters: {} });
    const text =
      "apiVersion: slipway/v1\nkind: Cluster\nname: ws\nmachines: [{ name: n1, address: 127.0.0.1, roles: [control-plane], ssh: { port: 9, password: 'secret:none' } }]\n";
    const connected = (): { client: EngineClient; socket: WebSocket } => {
      const socket = webSocket(cookie);
      const websocket = socket as unknown as globalThis.WebSocket;
      return { socket, client: createORPCClient<EngineClient>(new RPCLink({ websocket })) };
    };
    const first = connected();
    const [me, { id }] = await Promise.all([
      first.client.auth.me(),
      first.client.operations.start({ workflow: "check", spec: { file: "ws.yaml", text } }),
    ]);
    expect(me.user).toBe("wanda");
    let last = 0;
    for await (const item of await first.client.operations.events({ id })) {
      if (item.kind === "event") last = item.event.seq;
      if (last >= 1) break;
    }
    first.socket.terminate();
    const second = connected();
    for await (const item of await second.client.operations.events({ id, after: last })) {
      if (item.kind !== "event") continue;
      expect(item.event.seq).toBe(last + 1);
      break;
    }
    await second.client.operations.cancel({ id, why: "seen" }).catch(() => undefined);
    second.socket.terminate();
    await expect(connectedWith("slipway.0", cookie)).resolves.toBe(4409);
  });
});

const connectedWith = (protocol: string, cookie: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { ca: site.ca, origin: origin(), headers: { cookie } };
    const socket = new WebSocket(`wss://127.0.0.1:${site.port}/ws`, protocol, options);
    socket.once("close", resolve);
    socket.once("error", reject);
  });

describe("a login", () => {
  test("is refused in the same words, after the same work, for names that exist and names that do not", async () => {
    await member("tim");
    const tries = async (prefix: string): Promise<number[]> => {
      const times: number[] = [];
      for (let index = 0; index < 4; index++) {
        const from = performance.now();
        const answer = await login(prefix === "tim" ? "tim" : `${prefix}${index}`, "wrong wrong wrong");
        times.push(performance.now() - from);
        expect(codeOf(answer)).toBe("LOGIN_REFUSED");
      }
      return times.toSorted((a, b) => a - b);
    };
    const [known, unknown] = [await tries("tim"), await tries("nobody")];
    // A check that is left out takes a fiftieth of one that is made; a busy computer does not come near that.
    const ratio = (unknown[1] ?? 0) / (known[1] ?? 1);
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(5);
  });

  test("with one-time codes takes each code once, and recovery codes once", async () => {
    const cookie = await member("tess");
    const begun = await rpc(site, "auth.beginTotp", { cookie, input: { password: PASSWORD } });
    const totp = new TOTP({ secret: (begun.body as { secret: string }).secret });
    const confirmed = await rpc(site, "auth.confirmTotp", { cookie, input: { code: totp.generate() } });
    const [recovery = ""] = (confirmed.body as { codes: string[] }).codes;
    expect(codeOf(await login("tess"))).toBe("LOGIN_CODE_NEEDED");
    // The code that confirmed was used by that.
    expect(codeOf(await login("tess", PASSWORD, totp.generate()))).toBe("LOGIN_REFUSED");
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    expect((await login("tess", PASSWORD, next)).status).toBe(200);
    expect(codeOf(await login("tess", PASSWORD, next))).toBe("LOGIN_REFUSED");
    expect((await login("tess", PASSWORD, recovery.toUpperCase())).status).toBe(200);
    expect(codeOf(await login("tess", PASSWORD, recovery))).toBe("LOGIN_REFUSED");
  });

  test("over the WebSocket is refused: it could not set the cookie", async () => {
    const cookie = await member("wil");
    const socket = webSocket(cookie);
    const websocket = socket as unknown as globalThis.WebSocket;
    const client = createORPCClient<EngineClient>(new RPCLink({ websocket }));
    await expect(client.auth.login({ user: "wil", password: PASSWORD })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    socket.terminate();
  });

  test("locks a name after some wrong attempts, known or not, however many come at once", async () => {
    await member("lou");
    for (const name of ["lou", "no-such-lou"]) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => login(name, `wrong password ${index}`)),
      );
      const codes = answers.map(codeOf);
      expect(codes.filter((code) => code === "LOGIN_REFUSED").length).toBeLessThanOrEqual(5);
      expect(codes).toContain("LOGIN_LOCKED");
    }
  });
});

describe("a token", () => {
  const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });

  test("does what its role and its scopes allow, until it is revoked", async () => {
    const { token, value } = await engine.client.tokens.create({
      name: "ci",
      grants: { site: "viewer", clusters: {} },
      scopes: ["machines.*"],
      days: 1,
    });
    const get = (path: string): Promise<Answer> => ask(site, { path, headers: bearer(value) });
    expect((await get("/api/machines")).status).toBe(200);
    expect(codeOf(await get("/api/bundles"))).toBe("TOKEN_SCOPE");
    await engine.client.tokens.revoke({ id: token.id });
    expect(codeOf(await get("/api/machines"))).toBe("TOKEN_REFUSED");
    expect(codeOf(await ask(site, { path: "/api/machines", headers: bearer(`${value}x`) }))).toBe(
      "TOKEN_REFUSED",
    );
  });

  test("is never more than its owner, also when they lose a role later", async () => {
    const cookie = await member("tod", { site: "operator", clusters: {} });
    const more = await rpc(site, "tokens.create", {
      cookie,
      input: { name: "x", grants: { site: "administrator", clusters: {} } },
    });
    expect(codeOf(more)).toBe("GRANTS_EXCEEDED");
    const made = await rpc(site, "tokens.create", {
      cookie,
      input: { name: "x", grants: { site: "operator", clusters: {} } },
    });
    const { value } = made.body as { value: string };
    expect((await ask(site, { path: "/api/bundles", headers: bearer(value) })).status).toBe(200);
    await engine.client.users.grant({ name: "tod", grants: { clusters: {} } });
    expect(codeOf(await ask(site, { path: "/api/bundles", headers: bearer(value) }))).toBe(
      "PERMISSION_DENIED",
    );
    await engine.client.users.remove({ name: "tod" });
    expect(codeOf(await ask(site, { path: "/api/bundles", headers: bearer(value) }))).toBe("TOKEN_REFUSED");
  });
});

describe("too much", () => {
  test("of a body is refused before it is read to its end", async () => {
    const cookie = await member("big");
    const size = 8 * 1024 * 1024;
    const answer = await rpc(site, "specs.validate", {
      cookie,
      input: { file: "x", text: "y".repeat(size) },
    }).catch(() => undefined);
    expect(answer === undefined || answer.status === 413).toBe(true);
    const header = await ask(site, { path: "/", headers: { "x-long": "y".repeat(20_000) } });
    expect(header.status).toBe(431);
  });

  test("time for a request is not given", { timeout: 40_000 }, async () => {
    const socket = await raw(site);
    const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    const drip = setInterval(() => socket.write("x: y\r\n"), 1000);
    await gone;
    clearInterval(drip);
    expect(socket.destroyed).toBe(true);
  });
});

describe("the audit log of all this", () => {
  test("is whole, names who was let in and who was not, and holds no password", async () => {
    const verdict = await engine.client.audit.verify();
    expect(verdict).toMatchObject({ whole: true, findings: [] });
    const logins = await engine.client.audit.list({ action: "auth.login", limit: 200 });
    expect(logins.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(["succeeded", "refused"]));
    const denied = await engine.client.audit.list({ text: "permission_denied", limit: 10 });
    expect(denied[0]).toMatchObject({ outcome: "refused", via: expect.stringMatching(/session|token/) });
    let whole = "";
    for await (const item of await engine.client.audit.export({ format: "csv" })) {
      if (item.kind === "text") whole += item.text;
    }
    expect(whole).not.toContain(PASSWORD);
    expect(whole).not.toContain("wrong password");
    expect(whole.split("\n").length).toBeGreaterThan(verdict.entries);
  });
});
