import type { Duplex } from "node:stream";

/**
 * Calls `onSilent` once no byte has come in and none has gone out for `seconds`. A keep-alive question waits behind up to
 * 2 MiB of queued data on a slow link, so a missing answer alone says nothing: any sign of movement counts.
 * Seconds are counted in ticks, so that an appliance that was itself suspended or busy does not blame the machine.
 * Returns the function that ends the watch.
 */
export const watchLiveness = (socket: Duplex, seconds: number, onSilent: () => void): (() => void) => {
  let moved = true;
  let queued = 0;
  let silent = 0;
  const onData = (): void => {
    moved = true;
  };
  socket.on("data", onData);
  const timer = setInterval(() => {
    const waiting = socket.writableLength;
    const draining = waiting < queued;
    silent = moved || draining ? 0 : silent + 1;
    moved = false;
    queued = waiting;
    if (silent >= seconds) {
      stop();
      onSilent();
    }
  }, 1_000);
  timer.unref();
  const stop = (): void => {
    clearInterval(timer);
    socket.off("data", onData);
  };
  return stop;
};
