import { app, session } from "electron";
import { Desktop } from "./desktop.ts";
import { guardPages, guardSession } from "./guard.ts";
import { LINK_SCHEME, pageIn, pageOf } from "./links.ts";
import { announcePages, servePages } from "./pages.ts";
import { isUsable, placesFor } from "./places.ts";

app.setName("Slipway");
// Chromium refuses to run as root with a sandbox; whoever says --no-sandbox, as tests do, has none in any case.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();

if (app.requestSingleInstanceLock()) {
  const { argv, env } = process;
  const resources = app.isPackaged ? process.resourcesPath : undefined;
  const places = placesFor({ argv, env, here: __dirname, resources, mayUse: isUsable });
  let desktop: Desktop | undefined;
  let first = pageIn(argv);

  announcePages();
  guardPages();
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  // The one that was started second ends at once; what it was started with comes here.
  app.on("second-instance", (_event, words) => desktop?.show(pageIn(words)));
  app.on("open-url", (event, link) => {
    event.preventDefault();
    if (desktop === undefined) first = pageOf(link);
    else desktop.show(pageOf(link));
  });
  app.on("activate", () => desktop?.show());
  app.on("window-all-closed", () => {
    if (desktop?.isNeeded !== true && process.platform !== "darwin") app.quit();
  });
  void app.whenReady().then(() => {
    servePages(places.ui);
    guardSession(session.defaultSession);
    desktop = new Desktop(places);
    desktop.show(first);
  });
} else {
  app.quit();
}
