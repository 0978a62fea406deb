import type { ReactNode } from "react";

/** How urgent a state is; it gives the colour, and the words beside it say the same. */
export type Tone = "ok" | "busy" | "warn" | "bad" | "off";

/** A state in words, with a mark whose form and colour depend on its urgency. */
export const Status = ({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
}): ReactNode => (
  <span className={`status status-${tone}`}>
    <span className="status-mark" aria-hidden="true" />
    {children}
  </span>
);
