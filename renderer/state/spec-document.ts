import { isMap, parseDocument, type Document } from "yaml";

/** Where a value stands in a spec: names of fields and places in lists. */
export type SpecPath = readonly (string | number)[];

/** The spec as data, or undefined while the text is no YAML. */
export const readSpec = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  const value: unknown = document.toJS();
  if (value === null) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
};

/** What stands at a path, or undefined. */
export const valueAt = (spec: unknown, path: SpecPath): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    spec,
  );

/**
 * The text with another value at a path; comments, order and everything else stay as they were. Undefined takes the field
 * away, and with it sections that are empty then. A text that is no YAML is given back unchanged.
 */
export const withValue = (text: string, path: SpecPath, value: unknown): string => {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  if (value === undefined) remove(document, path);
  else document.setIn(path, document.createNode(value));
  return document.toString({ lineWidth: 0 });
};

const remove = (document: Document, path: SpecPath): void => {
  if (!document.hasIn(path)) return;
  document.deleteIn(path);
  const above = path.slice(0, -1);
  if (above.length === 0) return;
  const node = document.getIn(above, true);
  if (isMap(node) && node.items.length === 0 && typeof above.at(-1) === "string") remove(document, above);
};

/** The least that is a spec, for a form to begin with. */
export const newSpec = (name: string): string =>
  `apiVersion: slipway/v1
kind: Cluster
name: ${name}
machines:
  - name: n1
    address: 10.0.0.11
    roles: [control-plane, worker]
ssh:
  user: root
`;
