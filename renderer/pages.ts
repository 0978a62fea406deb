import type { PageEntry } from "./state/page-entry.ts";

/** All pages, in the order of the navigation. A page is added here and nowhere else. */
export const pages: readonly PageEntry[] = [
  {
    path: "/",
    navigation: { key: "overview", group: "work" },
    load: () => import("./features/overview/page.tsx"),
  },
  {
    path: "/operations",
    navigation: { key: "operations", group: "work" },
    load: () => import("./features/operations/list.tsx"),
  },
  { path: "/operations/$id", load: () => import("./features/operations/detail.tsx") },
  {
    path: "/clusters",
    navigation: { key: "clusters", group: "work" },
    load: () => import("./features/clusters/list.tsx"),
  },
  { path: "/clusters/new", load: () => import("./features/clusters/new.tsx") },
  { path: "/clusters/$cluster", load: () => import("./features/clusters/detail.tsx") },
  { path: "/clusters/$cluster/objects", load: () => import("./features/workloads/list.tsx") },
  {
    path: "/clusters/$cluster/objects/$kind/$name",
    load: () => import("./features/workloads/detail.tsx"),
  },
  { path: "/clusters/$cluster/edit", load: () => import("./features/clusters/edit.tsx") },
  {
    path: "/machines",
    navigation: { key: "machines", group: "work" },
    load: () => import("./features/machines/list.tsx"),
  },
  { path: "/machines/$cluster/$name", load: () => import("./features/machines/detail.tsx") },
  {
    path: "/bundles",
    navigation: { key: "bundles", group: "work" },
    load: () => import("./features/bundles/list.tsx"),
  },
  { path: "/bundles/$reference", load: () => import("./features/bundles/detail.tsx") },
  {
    path: "/terminals",
    navigation: { key: "terminals", group: "work" },
    load: () => import("./features/terminals/page.tsx"),
  },
  { path: "/terminals/new", load: () => import("./features/terminals/new.tsx") },
  { path: "/recordings", load: () => import("./features/terminals/recordings.tsx") },
  { path: "/recordings/$id", load: () => import("./features/terminals/player.tsx") },
  {
    path: "/users",
    navigation: { key: "users", group: "site" },
    audience: "administrators",
    load: () => import("./features/access/users.tsx"),
  },
  {
    path: "/audit",
    navigation: { key: "audit", group: "site" },
    audience: "administrators",
    load: () => import("./features/audit/page.tsx"),
  },
  {
    path: "/tokens",
    navigation: { key: "tokens", group: "self" },
    load: () => import("./features/access/tokens.tsx"),
  },
  {
    path: "/sessions",
    navigation: { key: "sessions", group: "self" },
    load: () => import("./features/access/sessions.tsx"),
  },
  {
    path: "/settings",
    navigation: { key: "settings", group: "self" },
    load: () => import("./features/settings/page.tsx"),
  },
  {
    path: "/about",
    navigation: { key: "about", group: "self" },
    load: () => import("./features/settings/about.tsx"),
  },
];
