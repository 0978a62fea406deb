import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { client, query } from "../../engine/engine.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { SpecPage } from "./spec-page.tsx";

/** The spec of a cluster that there is. */
export const Content = (): ReactNode => {
  const { t } = useTranslation();
  const { cluster = "" }: { readonly cluster?: string } = useParams({ strict: false });
  const [opened, setOpened] = useState<string>();
  const spec = useQuery(query.clusters.spec.queryOptions({ input: { cluster }, staleTime: Infinity }));
  const isStale = async (): Promise<boolean> => {
    const now = (await client.clusters.spec({ cluster })).yaml;
    const changed = now !== (opened ?? spec.data?.yaml);
    setOpened(now);
    return changed;
  };
  return (
    <Loaded query={spec}>
      {({ yaml }) => (
        <SpecPage
          key={cluster}
          title={t("clusters.edit", { cluster })}
          draftKey={`slipway.draft.${cluster}`}
          original={yaml}
          isStale={isStale}
        />
      )}
    </Loaded>
  );
};
