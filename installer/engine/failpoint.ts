import type { Journal } from "../core/ports/index.ts";

/**
 * For crash tests: a journal that ends this process the hard way (SIGKILL, so nothing gets to tidy up) right after the
 * `count`-th event it wrote has been committed.
 */
export const crashAfter = (journal: Journal, count: number): Journal => {
  let left = count;
  const counted = async <T>(writing: Promise<T>): Promise<T> => {
    const written = await writing;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
    return written;
  };
  return {
    create: (operation) => counted(journal.create(operation)),
    append: (operation, body, durability) => counted(journal.append(operation, body, durability)),
    operation: (id) => journal.operation(id),
    operations: (filter) => journal.operations(filter),
    steps: (id) => journal.steps(id),
    events: (query) => journal.events(query),
    tail: (query, signal) => journal.tail(query, signal),
    latestOutputs: (cluster, phase) => journal.latestOutputs(cluster, phase),
    close: () => journal.close(),
  };
};
