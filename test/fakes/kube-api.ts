import { SlipwayError } from "../../installer/contract/errors/index.ts";
import type {
  KubeAccess,
  KubeApi,
  KubeList,
  KubeObject,
  KubeWatchEvent,
} from "../../installer/core/ports/kube.ts";

/** A cluster's API in memory. What is asked of it is kept in `asked`. */
export interface FakeKubeApi extends KubeApi {
  readonly asked: string[];
  readonly patches: { readonly path: string; readonly patch: unknown }[];
  /** Lists by path; each answer takes the next one, and the last stays. */
  readonly lists: Map<string, KubeList[]>;
  /** What each watch says before it ends, in turn; a watch without one waits for its signal. */
  readonly watches: (readonly KubeWatchEvent[] | Error)[];
}

/** Makes one that holds `objects` by path. */
export const fakeKubeApi = (objects: Readonly<Record<string, KubeObject>> = {}): FakeKubeApi => {
  const fake: Omit<FakeKubeApi, keyof KubeApi> = { asked: [], patches: [], lists: new Map(), watches: [] };
  const gone = ({ cluster }: KubeAccess, object: string): SlipwayError =>
    SlipwayError.of("KUBE_OBJECT_GONE", { cluster, object });
  return {
    ...fake,
    async list(access, path) {
      fake.asked.push(`list ${path}`);
      const lists = fake.lists.get(path) ?? [];
      const next = lists.length > 1 ? lists.shift() : lists[0];
      if (next === undefined) throw gone(access, path);
      return next;
    },
    async get(access, path) {
      fake.asked.push(`get ${path}`);
      const found = objects[path];
      if (found === undefined) throw gone(access, path);
      return found;
    },
    async patch(_access, path, { patch }) {
      fake.patches.push({ path, patch });
    },
    async *watch(_access, path, signal) {
      fake.asked.push(`watch ${path}`);
      const next = fake.watches.shift();
      if (next instanceof Error) throw next;
      if (next !== undefined) yield* next;
      else
        await new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve(), { once: true }),
        );
    },
    async *text(_access, path) {
      fake.asked.push(`text ${path}`);
      yield "one\n";
      yield "two\n";
    },
  };
};
