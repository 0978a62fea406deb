import { useSyncExternalStore } from "react";

/** Light or dark, or as the system says. */
export type Appearance = "system" | "light" | "dark";

const KEY = "slipway.appearance";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const read = (): Appearance => {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
};

const shown = (): "light" | "dark" => {
  const chosen = read();
  return chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
};

const paint = (): void => {
  document.documentElement.dataset["theme"] = shown();
  for (const listener of listeners) listener();
};

/** Keeps a choice of appearance in this browser. */
export const setAppearance = (appearance: Appearance): void => {
  if (appearance === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, appearance);
  paint();
};

/** Paints the page as chosen, now and whenever the system changes. */
export const startAppearance = (): void => {
  dark.addEventListener("change", paint);
  paint();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What is chosen, and what is shown. */
export const useAppearance = (): { chosen: Appearance; shown: "light" | "dark" } => ({
  chosen: useSyncExternalStore(subscribe, read),
  shown: useSyncExternalStore(subscribe, shown),
});
