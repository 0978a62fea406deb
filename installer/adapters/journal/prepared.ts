import type Database from "better-sqlite3";
import type { Compilable } from "kysely";

class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Stands for every parameter while a query is being built: reading `slots.x` gives the place where `x` will go. */
const slots: unknown = new Proxy({}, { get: (_target, name) => new Slot(String(name)) });

/** A query built and type-checked by kysely once, then run synchronously any number of times. */
export interface Prepared<P extends object, Row> {
  run(parameters: P): void;
  get(parameters: P): Row | undefined;
}

/**
 * Compiles a kysely query into a better-sqlite3 statement. Kysely itself runs queries asynchronously, one by one; a
 * group commit needs its whole transaction inside one turn of the event loop.
 */
export const prepare = <P extends object, Row = unknown>(
  database: Database.Database,
  build: (parameters: P) => Compilable<Row>,
): Prepared<P, Row> => {
  const compiled = build(slots as P).compile();
  const statement = database.prepare<unknown[], Row>(compiled.sql);
  const bind = (parameters: P): unknown[] =>
    compiled.parameters.map((value) => (value instanceof Slot ? parameters[value.name as keyof P] : value));
  return {
    run: (parameters) => void statement.run(...bind(parameters)),
    get: (parameters) => statement.get(...bind(parameters)),
  };
};
