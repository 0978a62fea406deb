import { QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hearShell, offerFile } from "./engine/desktop.ts";
import { queries } from "./engine/engine.ts";
import { Door } from "./features/door/door.tsx";
import { Crash, NotFound } from "./features/shell/crash.tsx";
import { Shell } from "./features/shell/shell.tsx";
import { antdLocale } from "./i18n/start.ts";
import { pages } from "./pages.ts";
import { offerBundle } from "./state/offered-bundle.ts";
import { Theme } from "./theme/theme.tsx";

const root = createRootRoute({
  component: () => <Shell pages={pages} />,
  notFoundComponent: NotFound,
  errorComponent: Crash,
});

const routes = pages.map(({ path, load }) => {
  const Content = lazy(async () => ({ default: (await load()).Content }));
  return createRoute({
    getParentRoute: () => root,
    path,
    component: () => (
      <Suspense fallback={null}>
        <Content />
      </Suspense>
    ),
    errorComponent: Crash,
  });
});

const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: false,
  scrollRestoration: true,
  scrollToTopSelectors: [".main"],
});

/** What the menu, a link or a notification of the desktop app asks for. */
const speak = hearShell((word) => {
  if (word.kind === "bundle") offerBundle({ path: word.path });
  void router.navigate({ to: word.kind === "go" ? word.path : "/bundles" });
});

// Without these a browser would leave the console and show the file.
window.addEventListener("dragover", (event) => event.preventDefault());
window.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (file === undefined) return;
  offerFile(file);
  void router.navigate({ to: "/bundles" });
});

/** The whole console. */
export const Root = (): ReactNode => {
  const { i18n } = useTranslation();
  const language = i18n.language === "zh-CN" ? "zh-CN" : "en";
  useEffect(() => speak?.({ kind: "language", language }), [language]);
  return (
    <Theme locale={antdLocale(i18n.language)}>
      <QueryClientProvider client={queries}>
        <Door>
          <RouterProvider router={router} />
        </Door>
      </QueryClientProvider>
    </Theme>
  );
};
