import { useEffect, type ReactNode } from "react";

/** Head and body of a page. The title becomes the document's too. */
export const Page = ({
  title,
  state,
  actions,
  children,
}: {
  readonly title: string;
  /** A word about how the thing stands, beside the title. */
  readonly state?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode => {
  useEffect(() => {
    document.title = `${title} – Slipway`;
  }, [title]);
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        {state}
        <div className="page-actions">{actions}</div>
      </header>
      {children}
    </>
  );
};

/** A part of a page under a heading of its own. */
export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode => (
  <section className="section" aria-label={title}>
    <div className="section-head">
      <h2>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

/** Names and values in two columns. */
export const Facts = ({
  rows,
}: {
  readonly rows: readonly (readonly [name: string, value: ReactNode])[];
}): ReactNode => (
  <dl className="facts">
    {rows.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
