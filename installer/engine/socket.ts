import { lstat, rm, chmod, chown } from "node:fs/promises";
import { connect } from "node:net";
import type { Server } from "node:http";
import { SlipwayError } from "../contract/errors/index.ts";

/** sun_path of Linux holds 108 bytes with the closing zero. */
const LONGEST_PATH_BYTES = 107;

/**
 * Listens on a Unix socket that only its owner (or, with `groupId`, also that group) may use. What stands at the path is
 * looked at first: a socket that a dead engine of ours left is replaced; one that answers, belongs to somebody else, or
 * is no socket at all is refused with SOCKET_FOREIGN and left alone. The caller holds the engine lock of its data
 * folder, so that a socket of ours that answers is that of an engine with another folder.
 */
export const listenOnSocket = async (
  server: Server,
  { path, groupId }: { readonly path: string; readonly groupId?: number },
): Promise<void> => {
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) {
    throw SlipwayError.of("SOCKET_UNUSABLE", {
      socket: path,
      problem: `the path has ${Buffer.byteLength(path)} bytes, ${LONGEST_PATH_BYTES} are possible`,
    });
  }
  await makeWay(path);
  // Others must not get in between bind and chmod.
  const before = process.umask(0o177);
  try {
    await listening(server, path);
  } finally {
    process.umask(before);
  }
  if (groupId === undefined) return;
  await chown(path, -1, groupId);
  await chmod(path, 0o660);
};

const makeWay = async (path: string): Promise<void> => {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw SlipwayError.of("SOCKET_UNUSABLE", { socket: path, problem: error.message }, { cause: error });
  });
  if (found === undefined) return;
  const refuse = (problem: string): never => {
    throw SlipwayError.of("SOCKET_FOREIGN", { socket: path, problem });
  };
  if (!found.isSocket()) refuse("it is not a socket");
  const self = process.getuid?.();
  if (self !== undefined && found.uid !== self) refuse(`it belongs to user id ${found.uid}`);
  if (await answers(path)) refuse("another program answers on it");
  await rm(path, { force: true });
};

/** True unless the kernel says that nobody listens: when in doubt the socket is somebody's. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(SlipwayError.of("SOCKET_UNUSABLE", { socket: path, problem: error.message }, { cause: error }));
    });
    server.listen(path, resolve);
  });
