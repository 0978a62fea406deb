import { buildErrors } from "./build.ts";
import { bundleErrors } from "./bundle.ts";
import { bundleStoreErrors } from "./bundle-store.ts";
import { clusterErrors } from "./cluster.ts";
import { consoleErrors } from "./console.ts";
import { contentErrors } from "./content.ts";
import { diskErrors } from "./disk.ts";
import { engineErrors } from "./engine.ts";
import { etcdErrors } from "./etcd.ts";
import type { ErrorEntry } from "./entry.ts";
import { lifecycleErrors } from "./lifecycle.ts";
import { preflightErrors } from "./preflight.ts";
import { leaveErrors } from "./leave.ts";
import { journalErrors } from "./journal.ts";
import { metalErrors } from "./metal.ts";
import { netbootErrors } from "./netboot.ts";
import { processErrors } from "./process.ts";
import { secretsErrors } from "./secrets.ts";
import { kubeErrors } from "./kube.ts";
import { labErrors } from "./lab.ts";
import { specErrors } from "./spec.ts";
import { sshErrors } from "./ssh.ts";
import { terminalErrors } from "./terminal.ts";
import { uploadErrors } from "./upload.ts";

/** Every error an operator can meet. Codes are strings, never reused, never numeric. */
export const errorCatalog = {
  ...buildErrors,
  ...bundleErrors,
  ...bundleStoreErrors,
  ...clusterErrors,
  ...consoleErrors,
  ...contentErrors,
  ...diskErrors,
  ...engineErrors,
  ...journalErrors,
  ...etcdErrors,
  ...leaveErrors,
  ...lifecycleErrors,
  ...metalErrors,
  ...netbootErrors,
  ...preflightErrors,
  ...processErrors,
  ...secretsErrors,
  ...kubeErrors,
  ...labErrors,
  ...specErrors,
  ...sshErrors,
  ...terminalErrors,
  ...uploadErrors,
} as const;

/** Stable name of an error; the only thing to compare across processes. */
export type ErrorCode = keyof typeof errorCatalog;

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The parameters that an error's title and hint name, so that a forgotten one does not compile. */
export type ErrorParams<C extends ErrorCode> = Readonly<
  Record<
    | Placeholders<(typeof errorCatalog)[C]["title"]["en"]>
    | Placeholders<(typeof errorCatalog)[C]["hint"]["en"]>,
    string | number
  >
>;

/** Looks a code up; a code from a newer peer falls back to INTERNAL so that a client never fails on showing an error. */
export const errorEntry = (code: string): ErrorEntry =>
  Object.hasOwn(errorCatalog, code) ? errorCatalog[code as ErrorCode] : errorCatalog.INTERNAL;

export type { ErrorEntry, RetryRule } from "./entry.ts";
export { isCode, renderError, SlipwayError, toWire, WireError } from "./slipway-error.ts";
