import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { isCode } from "../contract/errors/index.ts";
import type { Terminal } from "../contract/terminal.ts";
import {
  endedFrame,
  fromFrame,
  MAX_INPUT_BYTES,
  readClientFrame,
  TERMINAL_CLOSED,
  TERMINAL_PATH,
  TERMINAL_PROTOCOL,
  type ClientFrame,
} from "../contract/terminal-frames.ts";
import { inScope, mayCall } from "../core/accounts/permission.ts";
import type { Viewer } from "../services/terminals/session.ts";
import type { TerminalsService, TerminalUser } from "../services/terminals/types.ts";
import type { AuditService } from "../services/audit.ts";
import { askerOf, type Client } from "./client-of.ts";
import { terminalUser } from "./terminals.ts";
import { Bucket } from "./web/rate.ts";

/** Far ends that vanished are noticed after two of these, roles and sessions that ended after one. */
const BEAT_MS = 15_000;

/** Keys, pastes in pieces, and what was shown: some hundreds a second while a flood runs. */
const MESSAGES = { perSecond: 3_000, burst: 12_000 };

/** What the WebSockets of terminals need of the engine. */
export interface TerminalSocketParts {
  readonly terminals: TerminalsService;
  readonly audit: Pick<AuditService, "note">;
}

/** Who has come, asked again and again for as long as they stay. Undefined when their session has ended. */
export type Visitor = () => Promise<Client | undefined>;

/** WebSockets of terminals, one each (installer/contract/terminal-frames.ts). */
export interface TerminalSockets {
  /** Takes a connection over whose host and origin were checked. */
  accept(request: IncomingMessage, stream: Duplex, from: { head: Buffer; visitor: Visitor }): void;
  /** Ends the connections of these sessions at once. */
  endSessions(ids: readonly string[]): void;
  close(): void;
}

interface Open {
  readonly socket: WebSocket;
  readonly terminal: string;
  readonly visitor: Visitor;
  session: string | undefined;
  alive: boolean;
}

/** True for the path of a terminal's WebSocket. */
export const isTerminalPath = (path: string): boolean => path.startsWith(TERMINAL_PATH);

/** Serves what terminals print, and takes what is typed. */
export const terminalSockets = ({ terminals, audit }: TerminalSocketParts): TerminalSockets => {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_INPUT_BYTES + 64,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(TERMINAL_PROTOCOL) ? TERMINAL_PROTOCOL : false),
  });
  const open = new Set<Open>();

  /** Who may look into it now; closes the connection of whoever may not. */
  const admitted = async ({ socket, terminal, visitor }: Open): Promise<TerminalUser | undefined> => {
    const client = await visitor().catch(() => undefined);
    const { person } = client ?? {};
    if (client === undefined || person === undefined) {
      socket.close(TERMINAL_CLOSED.signedOut, "signed out");
      return undefined;
    }
    const user = terminalUser(client, person.user, person.via);
    try {
      const found = await terminals.find(user, terminal);
      const scoped = person.token === undefined || inScope(person.token.scopes, "terminals.attach");
      if (scoped && mayCall(askerOf(client), permissionFor(found), found.target.cluster)) return user;
      socket.close(TERMINAL_CLOSED.forbidden, "no permission");
    } catch (error) {
      if (!isCode(error, "TERMINAL_UNKNOWN")) throw error;
      socket.close(TERMINAL_CLOSED.unknown, "no such terminal");
    }
    return undefined;
  };

  const beat = setInterval(() => {
    for (const one of open) {
      if (!one.alive) one.socket.terminate();
      one.alive = false;
      one.socket.ping();
      void admitted(one).catch(() => one.socket.terminate());
    }
  }, BEAT_MS);
  beat.unref();

  const serve = async (one: Open, after: number | undefined): Promise<void> => {
    const { socket, terminal } = one;
    const early: Buffer[] = [];
    const shown: { viewer?: Viewer } = {};
    const bucket = new Bucket(MESSAGES, performance.now());
    const take = (message: Buffer): void => {
      const frame = readClientFrame(message);
      if (frame === undefined) socket.close(TERMINAL_CLOSED.garbled, "not understood");
      else if (
        bucket.take(performance.now()) > 0 ||
        (shown.viewer !== undefined && !obey(shown.viewer, frame))
      ) {
        socket.close(TERMINAL_CLOSED.flooded, "too much input");
      }
    };
    socket.on("pong", () => (one.alive = true));
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      open.delete(one);
      shown.viewer?.leave();
    });
    socket.on("message", (received) => {
      one.alive = true;
      if (shown.viewer === undefined) early.push(received as Buffer);
      else take(received as Buffer);
      if (early.length > 100) socket.close(TERMINAL_CLOSED.flooded, "too much input");
    });
    const user = await admitted(one);
    if (user === undefined || socket.readyState !== socket.OPEN) return;
    const client = await one.visitor();
    one.session = client?.person?.session;
    const found = await terminals.find(user, terminal);
    if (found.address !== user.address) await noteAttach(audit, user, found);
    const viewer = await terminals.attach(user, terminal, {
      after,
      events: {
        send: (frame) => socket.send(frame),
        ended: (ending) => {
          socket.send(endedFrame(ending));
          socket.close(TERMINAL_CLOSED.over, "over");
        },
      },
    });
    if (socket.readyState !== socket.OPEN) {
      viewer.leave();
      return;
    }
    socket.send(fromFrame(viewer.from));
    viewer.start();
    shown.viewer = viewer;
    for (const message of early) take(message);
  };

  return {
    accept(request, stream, { head, visitor }) {
      const url = new URL(request.url ?? "/", "http://engine");
      const terminal = decodeURIComponent(url.pathname.slice(TERMINAL_PATH.length));
      const asked = url.searchParams.get("after");
      const after = asked !== null && /^\d{1,15}$/.test(asked) ? Number(asked) : undefined;
      server.handleUpgrade(request, stream, head, (socket) => {
        if (socket.protocol !== TERMINAL_PROTOCOL) {
          socket.close(TERMINAL_CLOSED.garbled, TERMINAL_PROTOCOL);
          return;
        }
        const one: Open = { socket, terminal, visitor, session: undefined, alive: true };
        open.add(one);
        void serve(one, after).catch(() => socket.close(1011, "internal"));
      });
    },
    endSessions(ids) {
      for (const { socket, session } of open) {
        if (session !== undefined && ids.includes(session))
          socket.close(TERMINAL_CLOSED.signedOut, "signed out");
      }
    },
    close() {
      clearInterval(beat);
      for (const { socket } of open) socket.close(TERMINAL_CLOSED.goingAway, "the engine is stopping");
      server.close();
    },
  };
};

const obey = (viewer: Viewer, frame: ClientFrame): boolean => {
  switch (frame.kind) {
    case "input":
      return viewer.input(frame.bytes);
    case "resize":
      viewer.resize({ columns: frame.columns, rows: frame.rows });
      return true;
    case "shown":
      viewer.shown(frame.sequence);
      return true;
  }
};

const permissionFor = ({ target }: Terminal): "operate" | "enter" =>
  target.kind === "container" ? "operate" : "enter";

/** A terminal that is looked at from another place than it was opened from. */
const noteAttach = (
  audit: Pick<AuditService, "note">,
  { user, via, address }: TerminalUser,
  { id, target }: Terminal,
): Promise<void> =>
  audit.note({
    user,
    via,
    address,
    action: "terminals.attach",
    object: target.cluster,
    about: JSON.stringify({ terminal: id, target }),
  });
