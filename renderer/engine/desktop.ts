import {
  DESKTOP_BRIDGE,
  type DesktopBridge,
  type PageWord,
  type PipeEnd,
  type PipeMessage,
  type ShellWord,
} from "../../installer/contract/desktop.ts";
import { encodeFrame, FrameReader } from "../../installer/contract/frames.ts";
import type { WireError } from "../../installer/contract/errors/index.ts";
import { offerBundle } from "../state/offered-bundle.ts";
import type { Line } from "./connection.ts";

/** What the desktop app gives this page; undefined in a browser. */
export const desktop: DesktopBridge | undefined = (
  window as unknown as Readonly<Record<string, DesktopBridge | undefined>>
)[DESKTOP_BRIDGE];

/** Why the engine closed a connection, as a browser's page is told (installer/rpc/web/socket.ts). */
const OUTDATED = 4409;
const GONE = 1006;

/** A pipe of the desktop app in the form of a WebSocket, as far as the client of the contract needs one. */
class PipeLine extends EventTarget implements Line {
  readyState: 0 | 1 | 2 | 3 = 0;
  problem: WireError | undefined;
  readonly #end: PipeEnd;
  readonly #reader = new FrameReader();

  constructor(bridge: DesktopBridge) {
    super();
    this.#end = bridge.open("engine", (message) => this.#take(message));
  }

  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void {
    this.#end.send(encodeFrame(typeof data === "string" ? data : bytesOf(data)));
  }

  close(): void {
    this.#end.close();
    this.#closed(GONE);
  }

  #take(message: PipeMessage): void {
    switch (message.kind) {
      case "opened":
        this.readyState = 1;
        this.dispatchEvent(new Event("open"));
        return;
      case "data":
        if (typeof message.data !== "string") this.#read(message.data);
        return;
      case "closed":
        this.problem = message.error;
        this.#closed(message.why === "outdated" ? OUTDATED : GONE);
    }
  }

  #read(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        this.dispatchEvent(
          new MessageEvent("message", { data: typeof frame === "string" ? frame : frame.buffer }),
        );
      }
    } catch {
      this.close();
    }
  }

  #closed(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

const bytesOf = (data: ArrayBufferLike | ArrayBufferView | Blob): Uint8Array => {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof Blob) throw new TypeError("blobs are not sent over a pipe");
  return new Uint8Array(data);
};

/** A new line to the engine through the shell. */
export const dialPipe = (bridge: DesktopBridge): Line => new PipeLine(bridge);

/** Puts a file that was chosen or dropped before the page that imports. The appliance reads it itself where it can. */
export const offerFile = (file: File): void => {
  const path = desktop?.pathOf(file) ?? "";
  offerBundle(path === "" ? { file } : { path });
};

/** Listens to the shell; gives what speaks to it. Undefined in a browser. */
export const hearShell = (hear: (word: ShellWord) => void): ((word: PageWord) => void) | undefined => {
  const end = desktop?.open("shell", (message) => {
    if (message.kind === "data" && typeof message.data === "string") {
      hear(JSON.parse(message.data) as ShellWord);
    }
  });
  return end === undefined ? undefined : (word) => end.send(JSON.stringify(word));
};
