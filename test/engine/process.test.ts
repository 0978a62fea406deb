import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { connect } from "../../installer/cli/link/client.ts";
import type { OperationEvent } from "../../installer/contract/operation.ts";
import { startEngine, type EngineProcess } from "../support/engine-process.ts";
import { dataFolder, runSlipway } from "./cli.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const folder = (): string => {
  const made = dataFolder();
  undo.push(() => made.remove());
  return made.path;
};

const started = async (data: string): Promise<EngineProcess> => {
  const engine = await startEngine(data);
  undo.push(() => engine.kill());
  return engine;
};

const listening = async (): Promise<{ port: number; close: () => void }> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => open.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
};

const refusal = async (data: string): Promise<{ code: number; error: unknown }> => {
  const { code, err } = await runSlipway(["engine", "--data", data, "--output", "json"]);
  return { code, error: JSON.parse(err.trim().split("\n").at(-1) ?? "") };
};

describe("an engine", { timeout: 60_000 }, () => {
  test("answers on a socket that is its owner's alone, and leaves it behind clean", async () => {
    const data = folder();
    const engine = await started(data);
    const socket = join(data, "engine.sock");
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await engine.client.engine.info()).toMatchObject({
      pid: engine.pid,
      data,
      socket,
      private: false,
    });
    await engine.stop();
    expect(await engine.gone).toBe("0");
    expect(existsSync(socket)).toBe(false);
  });

  test("ends a feed when it is told to stop, and goes on with the operation when it is back", async () => {
    const data = folder();
    const password = join(data, "..", `${data.split("/").at(-1)}.password`);
    writeFileSync(password, "swordfish", { mode: 0o600 });
    undo.push(() => rmSync(password));
    // Accepts and never speaks, so that the first step stays under way.
    const { port, close } = await listening();
    undo.push(close);
    const text = [
      "apiVersion: slipway/v1",
      "kind: Cluster",
      "name: a",
      `machines: [{ name: n1, address: 127.0.0.1, roles: [control-plane], ssh: { port: ${port}, password: "file:${password}" } }]`,
    ].join("\n");
    const first = await started(data);
    const spec = { file: "a.yaml", text };
    const { id } = await first.client.operations.start({ workflow: "check", spec });
    const seen: OperationEvent[] = [];
    for await (const item of await first.client.operations.events({ id })) {
      if (item.kind === "event") seen.push(item.event);
      if (seen.at(-1)?.body.type === "step.started") void first.stop();
    }
    expect(await first.gone).toBe("0");
    expect(seen.some(({ body }) => body.type === "operation.ended")).toBe(false);

    const second = await started(data);
    const after = seen.at(-1)?.seq ?? 0;
    const more: OperationEvent[] = [];
    for await (const item of await second.client.operations.events({ id, after })) {
      if (item.kind === "event") more.push(item.event);
      if (item.kind === "event" && item.event.body.type === "step.started") {
        await second.client.operations.cancel({ id, why: "enough seen" });
      }
    }
    expect(more.map(({ seq }) => seq)).toEqual(more.map((_, index) => after + 1 + index));
    expect(more.at(-1)?.body).toMatchObject({ type: "operation.ended", outcome: "cancelled" });
  });

  test("refuses to be the second one on a data folder, and names the first", async () => {
    const data = folder();
    const { pid } = await started(data);
    expect(await refusal(data)).toMatchObject({
      code: 43,
      error: { code: "ENGINE_ALREADY_RUNNING", params: { pid } },
    });
  });

  test("replaces the socket that a killed engine left", async () => {
    const data = folder();
    const first = await started(data);
    await first.kill();
    expect(existsSync(join(data, "engine.sock"))).toBe(true);
    const second = await started(data);
    expect((await second.client.engine.info()).pid).toBe(second.pid);
  });

  test("refuses a path that is no socket, and does not touch it", async () => {
    const data = folder();
    const path = join(data, "engine.sock");
    writeFileSync(path, "precious");
    expect(await refusal(data)).toMatchObject({ code: 47, error: { code: "SOCKET_FOREIGN" } });
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test("refuses a socket on which another program answers", async () => {
    const data = folder();
    const path = join(data, "engine.sock");
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    undo.push(() => other.close());
    expect(await refusal(data)).toMatchObject({ code: 47, error: { code: "SOCKET_FOREIGN" } });
    expect(other.listening && existsSync(path)).toBe(true);
  });

  test("refuses a socket path that is too long, and says how long it may be", async () => {
    const data = join(folder(), "x".repeat(100));
    const { code, error } = await refusal(data);
    expect(code).toBe(47);
    expect(JSON.stringify(error)).toContain("107");
  });

  test("refuses a journal that is none, and leaves the file alone", async () => {
    const data = folder();
    const path = join(data, "journal.db");
    mkdirSync(data, { recursive: true });
    writeFileSync(path, "this is a shopping list, not a database\n".repeat(100), { mode: 0o600 });
    expect(await refusal(data)).toMatchObject({ code: 40, error: { code: "JOURNAL_FOREIGN" } });
    expect(readFileSync(path, "utf8")).toMatch(/^this is a shopping list/);
  });

  test("refuses a client of another contract version", async () => {
    const data = folder();
    await started(data);
    const connection = connect({ socketPath: join(data, "engine.sock"), user: "t", contractVersion: 999 });
    undo.push(() => connection.close());
    await expect(connection.client.engine.info()).rejects.toMatchObject({ code: "CONTRACT_MISMATCH" });
  });
});
