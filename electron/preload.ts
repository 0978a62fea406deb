import { contextBridge, ipcRenderer, webUtils } from "electron";
import { DESKTOP_BRIDGE, type DesktopBridge, type PipeMessage } from "../installer/contract/desktop.ts";
import { CHANNEL, type FromPage, type ToPage } from "./channel.ts";

const receivers = new Map<number, (message: PipeMessage) => void>();
let last = 0;

const say = (message: FromPage): void => ipcRenderer.send(CHANNEL, message);

ipcRenderer.on(CHANNEL, (_event, { id, ...message }: ToPage) => {
  const receive = receivers.get(id);
  if (receive === undefined) return;
  if (message.kind === "closed") receivers.delete(id);
  if (message.kind === "data") say({ id, kind: "taken", count: message.data.length });
  receive(message);
});

const bridge: DesktopBridge = {
  open(name, receive) {
    last += 1;
    const id = last;
    receivers.set(id, receive);
    say({ id, kind: "open", name });
    return {
      send: (data) => say({ id, kind: "data", data }),
      close: () => {
        receivers.delete(id);
        say({ id, kind: "close" });
      },
    };
  },
  pathOf: (file) => {
    // Before version 32 files told their path themselves.
    const { path } = file as { readonly path?: string };
    const paths = webUtils as typeof webUtils | undefined;
    return paths === undefined
      ? (path ?? "")
      : paths.getPathForFile(file as Parameters<typeof paths.getPathForFile>[0]);
  },
};

contextBridge.exposeInMainWorld(DESKTOP_BRIDGE, bridge);
