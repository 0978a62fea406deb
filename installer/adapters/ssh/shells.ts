import type { PseudoTtyOptions } from "ssh2";
import type { MachineSpec } from "../../contract/spec/cluster.ts";
import type { TerminalSize } from "../../contract/terminal.ts";
import { SlipwayError, toWire } from "../../core/contract.ts";
import type { MachineShells, ProgramStart, TerminalProgram } from "../../core/ports/terminal.ts";
import type { Connection, OpenChannel } from "./connection.ts";
import { Credentials } from "./credentials.ts";
import { destinationOf } from "./destination.ts";
import { Dialer } from "./dialer.ts";
import { defaultLimits } from "./limits.ts";
import { named, type SshRemoteParts } from "./remote.ts";
import { endpointText } from "./socket.ts";

/**
 * Shells on machines. Each has a connection of its own, so that nobody's shell takes a session away from operations, and a
 * flood of output holds up nothing but itself.
 */
export const createMachineShells = (parts: SshRemoteParts): MachineShells & { close(): Promise<void> } => {
  const limits = { ...defaultLimits, ...parts.limits };
  const dialer = new Dialer({
    credentials: new Credentials(parts),
    hostKeys: parts.hostKeys,
    limits,
    log: parts.log,
    openTransport: parts.connect,
  });
  return {
    open: (machine, start) =>
      named(machine, async () => {
        const connection = await dialer.dial(destinationOf(machine), start.signal);
        const opening = await connection.terminal(windowOf(start.size), commandOf(machine));
        if (opening.state === "opened") return attached(connection, opening.channel, start);
        connection.close();
        if (opening.state === "lost") throw opening.error;
        throw SlipwayError.of("HOST_SESSION_REFUSED", {
          endpoint: endpointText(destinationOf(machine)),
          problem: opening.problem,
        });
      }),
    close: () => dialer.close(),
  };
};

/** Root's login shell where that needs no password; otherwise the login user's, who may go on from there. */
const commandOf = ({ ssh }: MachineSpec): string | undefined =>
  ssh?.sudo === "passwordless" ? "exec sudo -n -i" : undefined;

const windowOf = ({ columns, rows }: TerminalSize): PseudoTtyOptions => ({
  term: "xterm-256color",
  cols: columns,
  rows,
  width: 0,
  height: 0,
});

const attached = (
  connection: Connection,
  { stream, ended }: OpenChannel,
  { events }: ProgramStart,
): TerminalProgram => {
  let over = false;
  const finish = (end: Parameters<typeof events.ended>[0]): void => {
    if (over) return;
    over = true;
    events.ended(end);
    connection.close();
  };
  stream.on("data", (bytes: Buffer) => events.output(bytes));
  stream.stderr.on("data", (bytes: Buffer) => events.output(bytes));
  const forget = connection.onGone((error) => finish({ error: toWire(error) }));
  void ended.then((exit) => {
    forget();
    finish({ exit });
  });
  return {
    write: (bytes) => void stream.write(bytes),
    pendingInput: () => stream.writableLength,
    resize: ({ columns, rows }) => stream.setWindow(rows, columns, 0, 0),
    // The channel's window closes, and sshd stops reading the far terminal.
    hold: () => void stream.pause(),
    release: () => void stream.resume(),
    end: () => {
      // Root's shell must not outlive the window: closing the channel sends it SIGHUP.
      stream.close();
      setTimeout(() => connection.close(), 1_000).unref();
    },
  };
};
