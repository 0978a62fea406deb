import { mkdtempSync, rmSync } from "node:fs";
import { request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fakeEngineServices, fakeOperations } from "../../test/fakes/engine-services.ts";
import { connect, type Connection } from "../cli/link/client.ts";
import { CONTRACT_VERSION } from "../contract/api/version.ts";
import { createContractServer } from "./server.ts";
import type { EngineServices } from "./services.ts";

const spec = {
  file: "a.yaml",
  text: "apiVersion: slipway/v1\nkind: Cluster\nname: a\nmachines: [{ name: n1, address: 10.0.0.1, roles: [control-plane] }]\n",
};
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0).toReversed()) close();
});

const serve = async (
  changes: Partial<EngineServices> = {},
): Promise<{ socketPath: string; server: Server }> => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-rpc-"));
  const socketPath = join(folder, "engine.sock");
  const server = createContractServer(fakeEngineServices(changes), "tester");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { socketPath, server };
};

const clientOf = (socketPath: string, contractVersion = CONTRACT_VERSION): Connection["client"] => {
  const connection = connect({ socketPath, user: "alice", contractVersion });
  opened.push(() => connection.close());
  return connection.client;
};

const plain = async (
  socketPath: string,
  { method = "GET", path, body }: { method?: string; path: string; body?: string },
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const call = request(
      { socketPath, method, path, headers: { "content-type": "application/json" } },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });

describe("calls over the socket", () => {
  test("name the OS user who asked", async () => {
    const { socketPath } = await serve();
    const started = await clientOf(socketPath).operations.start({ workflow: "check", spec });
    expect(started).toMatchObject({ by: "alice", cluster: "a", machines: ["n1"], status: "running" });
  });

  test("reject with the code, the parameters and the detail of the engine's error", async () => {
    const { socketPath } = await serve();
    const client = clientOf(socketPath);
    await expect(client.operations.get({ id: "op-zzzzzzzzzz" })).rejects.toMatchObject({
      code: "OPERATION_NOT_FOUND",
      params: { operation: "op-zzzzzzzzzz" },
    });
    await expect(
      client.operations.start({ workflow: "check", spec: { file: "b.yaml", text: "kind: Cluster" } }),
    ).rejects.toMatchObject({ code: "SPEC_INVALID", detail: expect.stringContaining("b.yaml:1:1") });
  });

  test("refuse an unknown key in the input", async () => {
    const { socketPath } = await serve();
    const call = clientOf(socketPath).operations.list({ limit: 1, colour: "red" } as { limit: number });
    await expect(call).rejects.toMatchObject({
      code: "REQUEST_INVALID",
      params: { call: "operations.list" },
    });
  });

  test("refuse a client of another contract version before looking at anything else", async () => {
    const { socketPath } = await serve();
    const client = clientOf(socketPath, CONTRACT_VERSION + 1);
    await expect(client.engine.info()).rejects.toMatchObject({
      code: "CONTRACT_MISMATCH",
      params: { client: String(CONTRACT_VERSION + 1), engine: CONTRACT_VERSION },
    });
  });

  test("hide what must not be shown in the message of an unexpected fault", async () => {
    const services = fakeEngineServices();
    services.redactor.add("swordfish");
    const machines = { ...services.machines, list: () => Promise.reject(new Error("bad: swordfish")) };
    const { socketPath } = await serve({ machines, redactor: services.redactor });
    const failure: unknown = await clientOf(socketPath)
      .machines.list()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "INTERNAL" });
    expect(JSON.stringify(failure)).not.toContain("swordfish");
  });

  test("a body beyond the limit is refused with its own code", async () => {
    const { socketPath } = await serve();
    const body = JSON.stringify({ json: { file: "x", text: "y".repeat(7 * 1024 * 1024) } });
    const answer = await plain(socketPath, { method: "POST", path: "/api/specs/validate", body }).catch(
      (error: unknown) => ({ status: 413, text: String(error) }),
    );
    expect(answer.status).toBe(413);
  });

  test("aborting a call aborts it in the engine", async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    const operations = {
      ...fakeOperations(),
      plan: (_: unknown, signal: AbortSignal) => {
        seen.resolve(signal);
        return new Promise<never>(() => {});
      },
    };
    const { socketPath } = await serve({ operations });
    const controller = new AbortController();
    const call = clientOf(socketPath).operations.plan(
      { workflow: "check", spec },
      { signal: controller.signal },
    );
    const signal = await seen.promise;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    expect(signal.aborted).toBe(true);
  });

  test("a call in flight rejects when the engine goes away", async () => {
    const asked = Promise.withResolvers<void>();
    const operations = {
      ...fakeOperations(),
      plan: () => {
        asked.resolve();
        return new Promise<never>(() => {});
      },
    };
    const { socketPath, server } = await serve({ operations });
    const call = clientOf(socketPath).operations.plan({ workflow: "check", spec });
    void asked.promise.then(() => server.closeAllConnections());
    await expect(call).rejects.toMatchObject({ code: "ENGINE_LOST" });
  });

  test("say so when nobody listens", async () => {
    await expect(clientOf("/nonexistent/engine.sock").engine.info()).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
    });
  });
});

describe("feeds", () => {
  test("resume after a sequence number, and after the last event id seen", async () => {
    const { socketPath } = await serve();
    const client = clientOf(socketPath);
    const { id } = await client.operations.start({ workflow: "check", spec });
    const numbers = async (after: number | undefined, lastEventId: string | undefined): Promise<number[]> => {
      const found: number[] = [];
      const input = after === undefined ? { id } : { id, after };
      const options = lastEventId === undefined ? {} : { lastEventId };
      for await (const item of await client.operations.events(input, options)) {
        if (item.kind === "event") found.push(item.event.seq);
      }
      return found;
    };
    expect(await numbers(undefined, undefined)).toEqual([1, 2, 3, 4]);
    expect(await numbers(2, undefined)).toEqual([3, 4]);
    expect(await numbers(undefined, "3")).toEqual([4]);
    expect(await numbers(1, "2")).toEqual([3, 4]);
  });

  test("of an unknown operation reject at once", async () => {
    const { socketPath } = await serve();
    await expect(clientOf(socketPath).operations.events({ id: "op-zzzzzzzzzz" })).rejects.toMatchObject({
      code: "OPERATION_NOT_FOUND",
    });
  });

  test("reject with the engine's error when they fail half way", async () => {
    const { socketPath } = await serve();
    const feed = await clientOf(socketPath).lab.up({});
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const item of feed) seen.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "FEATURE_ABSENT" });
    expect(seen).toHaveLength(1);
  });

  test("reject with ENGINE_LOST when the engine goes away in the middle", async () => {
    const { socketPath, server } = await serve({ operations: fakeOperations(() => new Promise(() => {})) });
    const client = clientOf(socketPath);
    const { id } = await client.operations.start({ workflow: "check", spec });
    const feed = await client.operations.events({ id });
    const reading = feed.next();
    server.closeAllConnections();
    await expect(reading).rejects.toMatchObject({ code: "ENGINE_LOST" });
  });
});

describe("the plain HTTP interface", () => {
  test("serves the same calls with query strings and path parameters", async () => {
    const { socketPath } = await serve();
    const body = JSON.stringify({ workflow: "check", spec });
    const started = await plain(socketPath, { method: "POST", path: "/api/operations", body });
    expect(JSON.parse(started.text)).toMatchObject({ by: "tester", workflow: "check" });
    const listed = await plain(socketPath, { path: "/api/operations?limit=5" });
    expect(JSON.parse(listed.text)).toHaveLength(1);
    const id = (JSON.parse(started.text) as { id: string }).id;
    const feed = await plain(socketPath, { path: `/api/operations/${id}/events?after=3` });
    expect(feed.text).toContain("id: 4");
    expect(feed.text).not.toContain("id: 3");
  });

  test("answers errors with a status and the code", async () => {
    const { socketPath } = await serve();
    const missing = await plain(socketPath, { path: "/api/operations/op-zzzzzzzzzz" });
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.text)).toMatchObject({ code: "OPERATION_NOT_FOUND" });
    const unknown = await plain(socketPath, { path: "/api/nothing" });
    expect(JSON.parse(unknown.text)).toMatchObject({ code: "CALL_UNKNOWN" });
    const garbled = await plain(socketPath, { method: "POST", path: "/api/operations", body: "{" });
    expect(JSON.parse(garbled.text)).toMatchObject({ code: "REQUEST_INVALID" });
  });
});
