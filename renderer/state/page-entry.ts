import type { ComponentType } from "react";

/** Words of the navigation, by key. */
export type NavigationKey =
  | "overview"
  | "operations"
  | "machines"
  | "clusters"
  | "bundles"
  | "terminals"
  | "users"
  | "tokens"
  | "sessions"
  | "audit"
  | "settings"
  | "about";

/** A page of the console. */
export interface PageEntry {
  /** In the form of TanStack Router: /operations/$id. */
  readonly path: string;
  /** Its place in the navigation; pages without one are reached from others. */
  readonly navigation?: { readonly key: NavigationKey; readonly group: "work" | "site" | "self" };
  /** Only administrators of the site may look. */
  readonly audience?: "administrators";
  readonly load: () => Promise<{ readonly Content: ComponentType }>;
}
