/** Methods that may be answered later: those that give a promise. */
type Asynchronous<T> = {
  [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: T[K];
};

/**
 * An adapter that is loaded when it is first used: its asynchronous methods wait for that. Keeps what an idle engine
 * does not need out of its memory and out of its start.
 */
export const deferred = <T extends object>(load: () => Promise<T>): Asynchronous<T> => {
  let loaded: Promise<T> | undefined;
  return new Proxy({} as Asynchronous<T>, {
    get:
      (_target, name) =>
      async (...args: unknown[]): Promise<unknown> => {
        const adapter = await (loaded ??= load());
        const method = adapter[name as keyof T] as (...values: unknown[]) => Promise<unknown>;
        return method.apply(adapter, args);
      },
    has: () => true,
  });
};
