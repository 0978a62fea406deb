import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Caller } from "../../../installer/contract/accounts.ts";
import { CallerContext } from "../../engine/caller.tsx";
import { connection, door, useConnection } from "../../engine/engine.ts";
import { Failure } from "../../parts/failure.tsx";
import { Preferences } from "../../parts/preferences.tsx";
import { CliCommand } from "../../ui/copy.tsx";
import { layer } from "../../ui/layer.ts";
import { Enrol } from "./enrol.tsx";
import { Login } from "./login.tsx";

const ENROL_PATH = "/enrol";

/** Lets those in who are signed in. Who loses their session in the middle signs in over the page, which stays as it was. */
export const Door = ({ children }: { readonly children: ReactNode }): ReactNode => {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const state = useConnection();
  const [token, setToken] = useState(() => enrolmentToken());
  const [last, setLast] = useState<Caller>();
  const welcome = useQuery({
    queryKey: ["welcome"],
    queryFn: () => door.auth.welcome(),
    retry: 2,
    staleTime: Infinity,
  });
  const caller = state === "signed-out" ? undefined : welcome.data?.caller;
  if (caller !== undefined && caller !== last) setLast(caller);
  const user = caller?.user;
  useEffect(() => {
    if (user !== undefined && token === undefined) connection.open();
  }, [user, token]);

  const enter = (entered: Caller): void => {
    const isOther = last !== undefined && last.user !== entered.user;
    if (isOther) queries.clear();
    queries.setQueryData(["welcome"], { setup: "done", caller: entered });
    connection.close();
    connection.open();
    if (token !== undefined) {
      history.replaceState(null, "", "/");
      setToken(undefined);
    }
    void queries.invalidateQueries();
  };

  if (token !== undefined) {
    return (
      <Box title={t("door.enrolTitle")}>
        <Enrol token={token} onEntered={enter} />
      </Box>
    );
  }
  if (caller !== undefined) return <CallerContext value={caller}>{children}</CallerContext>;
  if (last !== undefined) {
    return (
      <CallerContext value={last}>
        {children}
        <Modal
          title={t("door.again")}
          open
          closable={false}
          footer={null}
          keyboard={false}
          getContainer={layer}
        >
          <Login user={last.user} onEntered={enter} />
        </Modal>
      </CallerContext>
    );
  }
  if (welcome.data === undefined) {
    const problem = state === "lost" ? connection.problem() : undefined;
    return (
      <Box title="Slipway">
        {problem !== undefined ? (
          <Failure error={problem} onRetry={() => connection.open()} />
        ) : welcome.error === null ? (
          <p role="status">{t("ui.loading")}</p>
        ) : (
          <Failure error={welcome.error} onRetry={() => void welcome.refetch()} />
        )}
      </Box>
    );
  }
  return welcome.data.setup === "needed" ? (
    <Box title={t("door.setupTitle")}>
      <p>{t("door.setupNeeded")}</p>
      <CliCommand command="slipway console enrol" />
      <Button className="door-again" onClick={() => void welcome.refetch()}>
        {t("ui.tryAgain")}
      </Button>
    </Box>
  ) : (
    <Box title={t("door.loginTitle")}>
      <Login onEntered={enter} />
    </Box>
  );
};

const Box = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode => {
  useEffect(() => {
    document.title = title === "Slipway" ? title : `${title} – Slipway`;
  }, [title]);
  return (
    <main className="door">
      <div className="door-box stack">
        <h1>{title}</h1>
        {children}
        <div className="door-foot">
          <Preferences />
        </div>
      </div>
    </main>
  );
};

/** The token is behind the #, so that no server and no log ever sees it as part of an address. */
const enrolmentToken = (): string | undefined =>
  location.pathname === ENROL_PATH ? decodeURIComponent(location.hash.slice(1)) : undefined;
