import { useEffect, useState } from "react";
import { isCode, type WireError } from "../../installer/contract/errors/index.ts";
import type { KubeChange, KubeKind } from "../../installer/contract/kube.ts";
import { changed, type KubeRows } from "../state/kube-list.ts";
import { client } from "./engine.ts";
import { problemOf } from "./errors.ts";

/** Changes are put into the page this often, however many come. */
const BATCH_MS = 200;
const AGAIN_MS = 2_000;
/** What is kept of a log in the page; older text falls off its beginning. */
const LOG_CHARACTERS = 4 * 1024 * 1024;

/** A list that is kept up to date; `rows` is undefined until it has come. */
export interface KubeFeed {
  readonly rows: KubeRows | undefined;
  readonly error?: WireError;
}

/** Objects of one kind of a cluster, live. After a lost connection the list comes anew. */
export const useKubeRows = (cluster: string, kind: KubeKind): KubeFeed => {
  const [seen, setSeen] = useState<KubeFeed & { readonly of: string }>({ of: "", rows: undefined });
  const of = `${cluster}/${kind}`;
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let rows: KubeRows | undefined;
    let waiting: KubeChange[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      rows = changed(rows ?? new Map(), waiting);
      waiting = [];
      if (!signal.aborted) setSeen({ of, rows });
    };
    const follow = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          for await (const change of await client.kube.watch({ cluster, kind }, { signal })) {
            waiting.push(change);
            if (rows === undefined) flush();
            timer ??= setTimeout(flush, BATCH_MS);
          }
        } catch (error) {
          if (signal.aborted) return;
          if (!isCode(error, "ENGINE_LOST")) setSeen({ of, rows, error: problemOf(error) });
          if (!isCode(error, "ENGINE_LOST") && !isCode(error, "KUBE_API_SILENT")) return;
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    void follow();
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [cluster, kind, of]);
  return seen.of === of ? seen : { rows: undefined };
};

/** Which log is shown. */
export interface LogChoice {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow: "yes" | "no";
  readonly previous: "yes" | "no";
}

/** The log of a container, as it grows. */
export const useLog = (choice: LogChoice): { readonly text: string; readonly error?: WireError } => {
  const { cluster, namespace, pod, container, follow, previous } = choice;
  const of = [cluster, namespace, pod, container, follow, previous].join("/");
  const [seen, setSeen] = useState<{ of: string; text: string; error?: WireError }>({ of: "", text: "" });
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let text = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      if (!signal.aborted) setSeen({ of, text });
    };
    const read = async (): Promise<void> => {
      try {
        const request = {
          cluster,
          namespace,
          pod,
          follow,
          previous,
          ...(container === "" ? {} : { container }),
        };
        for await (const piece of await client.kube.logs(request, { signal })) {
          text = (text + piece.text).slice(-LOG_CHARACTERS);
          timer ??= setTimeout(flush, BATCH_MS);
        }
        flush();
      } catch (error) {
        if (!signal.aborted) setSeen({ of, text, error: problemOf(error) });
      }
    };
    void read();
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [cluster, namespace, pod, container, follow, previous, of]);
  return seen.of === of ? seen : { text: "" };
};
