import { protocol } from "electron";
import { pageFile } from "./page-files.ts";
import { PAGE_SCHEME } from "./policy.ts";

/** Makes the scheme of our pages a proper origin. Has to come before the app is ready. */
export const announcePages = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
};

/** Serves the pages out of `folder`. */
export const servePages = (folder: string): void => {
  const handle = protocol.handle as typeof protocol.handle | undefined;
  if (handle !== undefined) {
    protocol.handle(PAGE_SCHEME, async ({ url }) => {
      const { status, headers, content } = await pageFile(folder, url);
      return new Response(new Uint8Array(content), { status, headers });
    });
    return;
  }
  // Before version 25.
  protocol.registerBufferProtocol(PAGE_SCHEME, ({ url }, answer) => {
    void pageFile(folder, url).then(({ status, headers, content }) => {
      const mimeType = (headers["content-type"] ?? "").split(";")[0] ?? "";
      answer({ statusCode: status, headers: { ...headers }, data: content, mimeType, charset: "utf-8" });
    });
  });
};
