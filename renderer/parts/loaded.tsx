import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "./failure.tsx";

/** What a query gave, or that it is under way, or why it failed. What was loaded once stays while a later try fails. */
export const Loaded = <T,>({
  query,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}): ReactNode => {
  const { t } = useTranslation();
  const { data, error, refetch } = query;
  return (
    <>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        error === null ? (
          <div className="loading" role="status" aria-label={t("ui.loading")}>
            <Skeleton active paragraph={{ rows: 4 }} title={false} />
          </div>
        ) : null
      ) : (
        children(data)
      )}
    </>
  );
};
