import { commandLine, type Become } from "./command-line.ts";
import type { Connection } from "./connection.ts";
import type { MachinePool } from "./pool.ts";

/** Sends SIGTERM to every process of a POSIX session, and SIGKILL to those that are left. Builtins only, but for sleep. */
const script = `
each() {
  left=
  for f in /proc/[0-9]*/stat; do
    { read -r s <"$f"; } 2>/dev/null || continue
    s=\${s##*) }; state=\${s%% *}
    s=\${s#* }; s=\${s#* }; s=\${s#* }
    [ "\${s%% *}" = "$session" ] && [ "$state" != Z ] || continue
    p=\${f#/proc/}
    kill -s "$1" "\${p%/stat}" 2>/dev/null && left=yes
  done
}
session=$1
each TERM
# Few looks with growing pauses, about 2 s in all: a look walks all of /proc, which is slow on a busy machine.
for pause in 0.1 0.2 0.4 0.6 0.7; do
  [ -n "$left" ] || exit 0
  sleep "$pause"
  each 0
done
[ -z "$left" ] || each KILL
`;

/** Which session to end, and how to get at it. */
export interface KillRequest {
  readonly pool: MachinePool;
  readonly connection: Connection;
  readonly become: Become;
  readonly sudoPassword: string | undefined;
  readonly session: string;
}

/** Ends a POSIX session through a channel of its own. Resolves when the far side has done it, or the channel is gone. */
export const killSession = async (request: KillRequest): Promise<void> => {
  const argv = ["/bin/sh", "-c", script, "slipway-kill", request.session];
  const line = commandLine(argv, request.become);
  const lease = await request.pool.openUrgent(line.text, request.connection);
  const { stream, ended } = lease.channel;
  let printed = "";
  stream.resume();
  stream.stderr.on("data", (chunk: Buffer) => {
    printed += chunk.toString("latin1");
    if (!printed.includes(line.prompt)) return;
    printed = "";
    stream.end(`${request.sudoPassword ?? ""}\n`);
  });
  if (request.become !== "password") stream.end();
  try {
    await Promise.race([ended, new Promise((resolve) => lease.connection.onGone(resolve))]);
  } finally {
    lease.release();
  }
};
