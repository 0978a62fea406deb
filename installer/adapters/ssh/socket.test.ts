import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { openSocket } from "./socket.ts";

test("what is written in one turn leaves in one system call, and large amounts do not wait for the turn's end", async () => {
  const server = createServer((peer) => void peer.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const socket = await openSocket({ address: "127.0.0.1", port }, { timeoutMs: 5_000, signal });
  const single = vi.spyOn(socket, "_write");
  const gathered = vi.spyOn(socket, "_writev" as never);
  for (const piece of ["length", "body", "tag"]) socket.write(piece);
  expect(gathered).not.toHaveBeenCalled();
  await new Promise((resolve) => setImmediate(resolve));
  expect(gathered).toHaveBeenCalledTimes(1);
  for (let packet = 0; packet < 9; packet += 1) socket.write(Buffer.alloc(32 * 1024));
  expect(gathered).toHaveBeenCalledTimes(2);
  expect(single).not.toHaveBeenCalled();
  socket.destroy();
  server.close();
});
