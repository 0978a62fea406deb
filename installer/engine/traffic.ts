import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** Who is being answered, and since when nobody is. */
export interface Traffic {
  /** Milliseconds since the last answer ended; 0 while one is under way. */
  quietMs(): number;
}

/** Counts the calls of a server from now on. */
export const watchTraffic = (server: Server): Traffic => {
  let open = 0;
  let quietSince = performance.now();
  const count = (answer: { once(event: "close", listener: () => void): unknown }): void => {
    open += 1;
    answer.once("close", () => {
      open -= 1;
      quietSince = performance.now();
    });
  };
  server.on("request", (_request, response) => count(response));
  server.on("upgrade", (_request, stream: Duplex) => count(stream));
  return { quietMs: () => (open > 0 ? 0 : performance.now() - quietSince) };
};

/** Calls `leave` once `idle` has been true, and nobody called, for `seconds` on end. Gives a function that stops watching. */
export const leaveWhenIdle = (
  seconds: number,
  { traffic, idle, leave }: { traffic: Traffic; idle: () => boolean; leave: () => void },
): (() => void) => {
  let busyAt = performance.now();
  const timer = setInterval(
    () => {
      if (!idle()) busyAt = performance.now();
      const quiet = Math.min(traffic.quietMs(), performance.now() - busyAt);
      if (quiet < seconds * 1000) return;
      clearInterval(timer);
      leave();
    },
    Math.min(1000, seconds * 250),
  );
  return () => clearInterval(timer);
};
