import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Button } from "antd";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCaller } from "../../engine/caller.tsx";
import { connection, door, useConnection } from "../../engine/engine.ts";
import { Preferences } from "../../parts/preferences.tsx";
import type { PageEntry } from "../../state/page-entry.ts";
import { may } from "../../state/permission.ts";

const groups = ["work", "site", "self"] as const;

/** What surrounds every page: navigation, who is signed in, and whether the engine answers. */
export const Shell = ({ pages }: { readonly pages: readonly PageEntry[] }): ReactNode => {
  const { t } = useTranslation();
  const caller = useCaller();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const shown = pages.filter(({ audience }) => audience !== "administrators" || may(caller, "administrator"));
  const current = shown.findLast(
    (page) => page.navigation !== undefined && (page.path === "/" ? path === "/" : isBelow(path, page.path)),
  );
  const leave = async (): Promise<void> => {
    connection.close();
    await door.auth.logout().catch(() => undefined);
    location.assign("/");
  };
  return (
    <div className="shell">
      <header className="top">
        <a className="skip" href="#content">
          {t("shell.skip")}
        </a>
        <Link to="/" className="brand">
          Slipway
        </Link>
        <span className="grow" />
        <Preferences />
        <span>
          {caller.user}
          <span className="muted">
            {" · "}
            {t(`access.roles.${caller.grants.site ?? "none"}`)}
          </span>
        </span>
        {caller.via === "socket" ? null : (
          <Button size="small" onClick={() => void leave()}>
            {t("shell.signOut")}
          </Button>
        )}
      </header>
      <div className="side">
        <nav aria-label={t("shell.navigation")}>
          {groups.map((group) => (
            <Fragment key={group}>
              <div className="group">{t(`shell.groups.${group}`)}</div>
              <ul>
                {shown.map((page) =>
                  page.navigation?.group === group ? (
                    <li key={page.path}>
                      <Link to={page.path} aria-current={page === current ? "page" : undefined}>
                        {t(`shell.pages.${page.navigation.key}`)}
                      </Link>
                    </li>
                  ) : null,
                )}
              </ul>
            </Fragment>
          ))}
        </nav>
      </div>
      <main className="main" id="content" tabIndex={-1}>
        <Banner />
        <div className="page">
          <Outlet />
        </div>
      </main>
    </div>
  );
};

const isBelow = (path: string, page: string): boolean => path === page || path.startsWith(`${page}/`);

const Banner = (): ReactNode => {
  const { t } = useTranslation();
  const state = useConnection();
  if (state === "lost") {
    return (
      <div className="banner row" role="status">
        {t("shell.lost")}
        <Button size="small" onClick={() => connection.open()}>
          {t("shell.connectNow")}
        </Button>
      </div>
    );
  }
  if (state === "outdated") {
    return (
      <div className="banner row" role="alert">
        {t("shell.outdated")}
        <Button size="small" onClick={() => location.reload()}>
          {t("shell.reload")}
        </Button>
      </div>
    );
  }
  return null;
};
