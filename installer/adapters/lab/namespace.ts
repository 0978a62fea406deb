import { closeSync, openSync } from "node:fs";
import koffi from "koffi";
import { SlipwayError } from "../../contract/errors/index.ts";
import { labNamespacePath } from "./layout.ts";

const CLONE_NEWNET = 0x40000000;
const setns = koffi.load("libc.so.6").func("int setns(int fd, int nstype)") as (
  fd: number,
  type: number,
) => number;

/**
 * Moves the calling thread into the lab's network; gives the way back. setns(2) works per thread, and Node makes every
 * socket and starts every child on the thread that asks for it, so this covers all of them, except name look-ups by
 * getaddrinfo, which run on other threads: use addresses. For tests; a process that lives in a lab from its start is
 * better started with `insideCommand`. Rejects with LAB_UNKNOWN when there is no such network.
 */
export const enterLabNamespace = (lab: string): (() => void) => {
  const before = openSync("/proc/thread-self/ns/net", "r");
  let target: number;
  try {
    target = openSync(labNamespacePath(lab), "r");
  } catch {
    closeSync(before);
    throw SlipwayError.of("LAB_UNKNOWN", { lab });
  }
  const entered = setns(target, CLONE_NEWNET);
  closeSync(target);
  if (entered !== 0) {
    closeSync(before);
    throw SlipwayError.of("LAB_NOT_ROOT", {});
  }
  return () => {
    setns(before, CLONE_NEWNET);
    closeSync(before);
  };
};
