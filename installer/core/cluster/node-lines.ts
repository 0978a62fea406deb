import type { NodeObject, NodeTaintObject } from "./kube-objects.ts";
import { marks } from "./marks.ts";

const annotation = (name: string): string => `{.metadata.annotations.${name.replaceAll(".", "\\.")}}`;

/**
 * What Slipway needs of every node, a line each: a whole Node is 10 kB, most of it names of images, which thousands of
 * machines multiply.
 */
export const nodeLines = `jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.metadata.uid}{"\\t"}{.spec.unschedulable}{"\\t"}{.status.nodeInfo.kubeletVersion}{"\\t"}{.status.nodeInfo.bootID}{"\\t"}{range .status.conditions[*]}{.type}={.status},{end}{"\\t"}{range .spec.taints[*]}{.key}={.value}:{.effect},{end}{"\\t"}${annotation(marks.maintenance)}{"\\t"}${annotation(marks.outage)}{"\\t"}${annotation(marks.restarted)}{"\\n"}{end}`;

const parts = (list: string): string[] => list.split(",").filter((part) => part !== "");

const taintOf = (part: string): NodeTaintObject => {
  const [, key = "", value = "", effect = ""] = /^(.*?)=(.*):(.*)$/.exec(part) ?? [];
  return { key, value, effect };
};

/** Reads what kubectl printed for `nodeLines`, into objects as the API has them. */
export const parseNodeLines = (output: string): readonly NodeObject[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line): NodeObject => {
      const [
        name = "",
        uid = "",
        unschedulable,
        version = "",
        bootID = "",
        conditions = "",
        taints = "",
        ...marked
      ] = line.split("\t");
      const keys = [marks.maintenance, marks.outage, marks.restarted];
      const annotations = Object.fromEntries(
        keys.flatMap((key, index) => {
          const value = marked[index];
          return value === undefined || value === "" ? [] : [[key, value]];
        }),
      );
      return {
        metadata: { name, uid, annotations },
        spec: { unschedulable: unschedulable === "true", taints: parts(taints).map(taintOf) },
        status: {
          nodeInfo: { kubeletVersion: version, bootID },
          conditions: parts(conditions).map((part) => {
            const at = part.indexOf("=");
            return { type: part.slice(0, at), status: part.slice(at + 1) };
          }),
        },
      };
    });
