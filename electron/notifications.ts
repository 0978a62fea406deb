import { Notification } from "electron";
import type { Notice } from "./operations.ts";

/** Notifications that were not looked at yet: one that nobody holds loses its click. */
const shown = new Set<Notification>();
const MOST = 20;

/** Tells the operator, who comes to the page by a click. */
export const notify = ({ title, body, page }: Notice, open: (page: string) => void): void => {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  const forget = (): void => void shown.delete(notification);
  notification.on("click", () => {
    forget();
    open(page);
  });
  notification.on("close", forget);
  for (const old of shown) if (shown.size >= MOST) shown.delete(old);
  shown.add(notification);
  notification.show();
};
