import { useNavigate, useSearch } from "@tanstack/react-router";

/** A state that lives in the page's address, so that a reload and a link keep it. Empty texts are left out. */
export const useSearchState = (key: string): readonly [string, (value: string) => void] => {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const value = search[key];
  const set = (next: string): void => {
    const { [key]: _before, ...rest } = search;
    const wanted = next === "" ? rest : { ...rest, [key]: next };
    void navigate({ to: ".", search: wanted, replace: true });
  };
  return [typeof value === "string" || typeof value === "number" ? String(value) : "", set];
};
