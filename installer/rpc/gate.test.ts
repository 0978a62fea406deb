import { readFileSync } from "node:fs";
import { RPCHandler } from "@orpc/server/fetch";
import { oc, type ContractRouter } from "@orpc/contract";
import { describe, expect, test } from "vitest";
import { askers, declaredCalls } from "../../scripts/generate/permissions-page.ts";
import { fakeAudit } from "../../test/fakes/console.ts";
import { fakeEngineServices, fakeOperations } from "../../test/fakes/engine-services.ts";
import type { Grants } from "../contract/accounts.ts";
import type { CallMeta } from "../contract/api/base.ts";
import type { Asker } from "../core/accounts/permission.ts";
import type { Client } from "./client-of.ts";
import { createRouter } from "./router.ts";
import { handlerSettings } from "./server.ts";
import type { CallContext, EngineServices } from "./services.ts";

const clientFor = ({ via, grants }: Asker, scopes: readonly string[] = []): Client => ({
  address: "10.0.0.1",
  agent: "",
  person:
    via === "none"
      ? undefined
      : {
          user: "zoe",
          via,
          grants,
          totp: false,
          ...(via === "token" ? { token: { name: "t", scopes } } : {}),
        },
});

const serve = (changes: Partial<EngineServices> = {}) => {
  const services = fakeEngineServices(changes);
  const { plugins: _, ...settings } = handlerSettings(services);
  const handler = new RPCHandler<CallContext>(createRouter(services), settings);
  return async (
    call: string,
    client: Client,
    input: unknown = {},
  ): Promise<{ code: string | undefined; body: unknown }> => {
    const request = new Request(`http://engine/rpc/${call.replaceAll(".", "/")}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ json: input }),
    });
    const { response } = await handler.handle(request, { prefix: "/rpc", context: { by: "zoe", client } });
    if (response?.headers.get("content-type")?.startsWith("text/event-stream") === true) {
      await response.body?.cancel();
      return { code: undefined, body: undefined };
    }
    if (response === undefined) throw new Error(`${call} is not served`);
    const { json } = (await response.json()) as { json: unknown };
    const failed = response.status >= 400;
    return { code: failed ? (json as { code: string }).code : undefined, body: json };
  };
};

const member = (grants: Grants): Client => clientFor({ via: "session", grants });

/** Rows of the published table: call -> who may, in the order of its columns. */
const published = (): Map<string, readonly string[]> =>
  new Map(
    readFileSync(new URL("../../docs/permissions.md", import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => {
        const [call = "", , , ...who] = line.slice(2, -2).split(" | ");
        return [call.replaceAll("`", ""), who.map((cell) => cell.trim())] as const;
      }),
  );

describe("permissions", () => {
  test("are declared by every call", () => {
    expect(declaredCalls().filter(({ permission }) => permission === undefined)).toEqual([]);
    // @ts-expect-error -- a call that was begun without one of the words has no place in the contract
    const bare: ContractRouter<CallMeta> = { list: oc.route({ method: "GET" }) };
    expect(bare).toBeDefined();
  });

  test("are what docs/permissions.md says, for every call and everybody", async () => {
    const call = serve();
    const rows = published();
    const found = new Map<string, readonly string[]>();
    for (const { call: name } of declaredCalls()) {
      const who: string[] = [];
      for (const [, asker] of askers) {
        const { code } = await call(name, clientFor(asker));
        who.push(code === "SIGN_IN_NEEDED" || code === "PERMISSION_DENIED" ? "–" : "yes");
      }
      found.set(name, who);
    }
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(rows));
  });

  test("for one cluster reach its operations and no others", async () => {
    const operations = fakeOperations();
    const spec = (name: string) => ({ name, machines: [] }) as never;
    const mine = await operations.start({ workflow: "check", cluster: spec("mine"), by: "x" });
    const other = await operations.start({ workflow: "check", cluster: spec("other"), by: "x" });
    const call = serve({ operations });
    const client = member({ clusters: { mine: "operator" } });
    expect((await call("operations.pause", client, { id: mine.id })).code).toBeUndefined();
    expect((await call("operations.pause", client, { id: other.id })).code).toBe("PERMISSION_DENIED");
    const both = { id: other.id, cluster: "mine" };
    expect((await call("operations.pause", client, both)).code).toBe("PERMISSION_DENIED");
    const listed = await call("operations.list", client);
    expect((listed.body as { id: string }[]).map(({ id }) => id)).toEqual([mine.id]);
    const text = { workflow: "check", spec: { file: "a", text: "name: mine" } };
    expect((await call("operations.start", client, text)).code).toBe("PERMISSION_DENIED");
  });
});

test("nobody has the engine read a file of the appliance for them from over the network", async () => {
  const machine =
    "{ name: n1, address: 10.0.0.1, roles: [control-plane], ssh: { password: 'file:/etc/shadow' } }";
  const text = `apiVersion: slipway/v1\nkind: Cluster\nname: a\nmachines: [${machine}]\n`;
  const input = { workflow: "check", spec: { file: "a.yaml", text } };
  const call = serve();
  const grants = { site: "administrator", clusters: {} } as const;
  expect((await call("operations.start", member(grants), input)).code).toBe("PERMISSION_DENIED");
  expect((await call("operations.start", clientFor({ via: "socket", grants }), input)).code).toBeUndefined();
});

describe("the audit log", () => {
  test("has an action before it begins and after it has ended, and refusals of people", async () => {
    const audit = fakeAudit();
    const call = serve({ audit });
    await call("secrets.set", member({ site: "administrator", clusters: {} }), {
      name: "a.b",
      value: "swordfish",
    });
    await call("secrets.set", member({ site: "viewer", clusters: {} }), { name: "a.b", value: "swordfish" });
    await call("secrets.list", member({ site: "administrator", clusters: {} }));
    await call("secrets.set", clientFor({ via: "none", grants: { clusters: {} } }));
    expect(audit.lines.map(({ what, action, object, reason }) => [what, action, object, reason])).toEqual([
      ["begun", "secrets.set", "a.b", undefined],
      ["ended", "secrets.set", "a.b", undefined],
      ["noted", "secrets.set", "a.b", "PERMISSION_DENIED"],
    ]);
    expect(JSON.stringify(audit.lines)).not.toContain("swordfish");
  });

  test("that cannot be written lets nothing be done", async () => {
    let stopped = false;
    const { engine } = fakeEngineServices();
    const call = serve({
      engine: { ...engine, shutdown: () => (stopped = true) },
      audit: { ...fakeAudit(), begin: () => Promise.reject(new Error("disk full")) },
    });
    expect((await call("engine.shutdown", member({ site: "administrator", clusters: {} }))).code).toBe(
      "INTERNAL",
    );
    expect(stopped).toBe(false);
  });
});
