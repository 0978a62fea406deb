import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { SlipwayError, toWire } from "../../core/contract.ts";
import type { ProgramStart, TerminalProgram } from "../../core/ports/terminal.ts";
import { KubeStatus, unreachable, type KubeAccess } from "./kube-access.ts";

/** First byte of every message: https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** Streams of kubelet end when nothing moves on them for hours; a size that is told again moves, and changes nothing. */
const REMIND_MS = 4 * 60_000;
/** The far end is gone when it does not answer this often. */
const PING_MS = 20_000;

/** How a program in a container ended, as the API tells. */
export type StreamEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "refused"; readonly problem: string };

/** A stream to be opened. */
export interface KubeStream {
  readonly path: string;
  /** Named in errors. */
  readonly target: string;
  /**
   * Told how it ended before anything was printed; returns the error that this means, or undefined when it is an
   * ordinary end.
   */
  readonly early: (end: StreamEnd) => SlipwayError | undefined;
}

/** How long a program may refuse to start before it counts as started. */
const SETTLE_MS = 400;

/**
 * A program in a container over `exec` or `attach`. Resolves once it has printed something or has stood for a moment, so
 * that a container without a shell is told at once. Holding it back stops reading from the connection, which stops the
 * API server, kubelet and in the end the program.
 */
export const openKubeStream = (
  access: KubeAccess,
  { path, target, early }: KubeStream,
  { size, events, signal }: ProgramStart,
): Promise<TerminalProgram> =>
  new Promise((resolve, reject) => {
    const url = new URL(path, access.server);
    url.protocol = "wss:";
    const socket = new WebSocket(url, PROTOCOLS, {
      ...access.tls,
      perMessageDeflate: false,
      handshakeTimeout: 15_000,
      maxPayload: 16 * 1024 * 1024,
      skipUTF8Validation: true,
    });
    let started = false;
    let over = false;
    let end: StreamEnd | undefined;
    let latest = size;
    let answered = true;
    const cancel = (): void => socket.terminate();
    signal.addEventListener("abort", cancel, { once: true });

    const tellSize = (): void => {
      const told = Buffer.from(` ${JSON.stringify({ Width: latest.columns, Height: latest.rows })}`);
      told[0] = RESIZE;
      if (socket.readyState === WebSocket.OPEN) socket.send(told);
    };
    const program: TerminalProgram = {
      write(bytes) {
        const message = Buffer.allocUnsafe(bytes.length + 1);
        message[0] = STDIN;
        message.set(bytes, 1);
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      },
      pendingInput: () => socket.bufferedAmount,
      resize(next) {
        latest = next;
        tellSize();
      },
      hold: () => socket.pause(),
      release: () => socket.resume(),
      end() {
        socket.resume();
        socket.close(1000);
        setTimeout(() => socket.terminate(), 2_000).unref();
      },
    };
    const begin = (): void => {
      if (started || over) return;
      started = true;
      signal.removeEventListener("abort", cancel);
      resolve(program);
    };
    const remind = setInterval(tellSize, REMIND_MS).unref();
    const ping = setInterval(() => {
      if (socket.isPaused) return;
      if (!answered) socket.terminate();
      answered = false;
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    }, PING_MS).unref();
    socket.on("pong", () => (answered = true));

    const finish = (problem: string): void => {
      if (over) return;
      over = true;
      clearInterval(remind);
      clearInterval(ping);
      signal.removeEventListener("abort", cancel);
      const refusal = started || end === undefined ? undefined : early(end);
      if (!started) {
        if (refusal !== undefined || end === undefined || end.kind === "refused") {
          reject(
            signal.aborted
              ? SlipwayError.of("CANCELLED", {})
              : (refusal ?? unreachable(access.cluster, problem)),
          );
          return;
        }
        resolve(program);
      }
      if (end?.kind === "exit") events.ended({ exit: end.code });
      else
        events.ended({
          error: toWire(SlipwayError.of("TERMINAL_CUT", { target, problem: end?.problem ?? problem })),
        });
    };
    socket.on("open", () => {
      tellSize();
      setTimeout(begin, SETTLE_MS).unref();
    });
    socket.on("message", (received) => {
      const message = received as Buffer;
      answered = true;
      const channel = message[0];
      const bytes = message.subarray(1);
      if (channel === ERROR) {
        end = endOf(bytes.toString("utf8"));
        return;
      }
      if ((channel !== STDOUT && channel !== STDERR) || bytes.length === 0) return;
      begin();
      events.output(bytes);
    });
    socket.on("unexpected-response", (_request, response: IncomingMessage) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const told = statusIn(Buffer.concat(pieces).toString("utf8"));
        end = { kind: "refused", problem: told?.message || `HTTP ${response.statusCode ?? 0}` };
        socket.terminate();
        finish(end.problem);
      });
    });
    socket.on("error", (error) => finish(error.message));
    socket.on("close", (code) => finish(`closed (${code})`));
  });

/** The status that ends a stream: success, an exit code among the causes, or a refusal. */
const endOf = (text: string): StreamEnd => {
  const status = statusIn(text);
  if (status?.status === "Success") return { kind: "exit", code: 0 };
  const exit = status?.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (status?.reason === "NonZeroExitCode" && exit !== undefined) return { kind: "exit", code: Number(exit) };
  return { kind: "refused", problem: status?.message ?? text };
};

const statusIn = (text: string): KubeStatus | undefined => {
  try {
    return KubeStatus.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
