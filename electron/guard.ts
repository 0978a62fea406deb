import { app, type Session, type WebContents } from "electron";
import { isOwnPage, mayAsk, mayLoad } from "./policy.ts";

/** Refuses whatever a page of ours never does: leave, open windows, embed, ask for devices, load from anywhere else. */
export const guardPages = (): void => {
  app.on("web-contents-created", (_created, contents) => {
    contents.on("will-navigate", (event, url) => {
      if (!isOwnPage(url)) event.preventDefault();
    });
    contents.on("will-redirect", (event, url) => {
      if (!isOwnPage(url)) event.preventDefault();
    });
    contents.on("will-attach-webview", (event) => event.preventDefault());
    denyWindows(contents);
  });
};

/** Until version 12 windows were denied by an event. */
const denyWindows = (contents: WebContents): void => {
  const handler = contents.setWindowOpenHandler as typeof contents.setWindowOpenHandler | undefined;
  if (handler !== undefined) contents.setWindowOpenHandler(() => ({ action: "deny" }));
  else (contents as NodeJS.EventEmitter).on("new-window", (event: Event) => event.preventDefault());
};

/** The same for what a session may do: permissions, requests, downloads of anything but what a page has made itself. */
export const guardSession = (session: Session): void => {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(mayAsk(permission, contents.getURL())),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => mayAsk(permission, origin));
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }));
  session.on("will-download", (event, item) => {
    if (!item.getURL().startsWith("blob:")) event.preventDefault();
  });
};
