/** One import in one file, for the walk and for the linter alike. */
export interface ImportCase {
  readonly path: string;
  readonly text: string;
}

/** Imports that the dependency rule forbids. */
export const forbiddenImports: readonly ImportCase[] = [
  { path: "installer/adapters/ssh/a.ts", text: 'import { x } from "../lab/x.ts";' },
  { path: "installer/adapters/ssh/deep/a.ts", text: 'import type { x } from "../../lab/x.ts";' },
  { path: "installer/adapters/ssh/a.ts", text: 'import { x } from "../../services/x.ts";' },
  { path: "installer/core/a.ts", text: 'import { readFileSync } from "node:fs";' },
  { path: "installer/core/a.ts", text: 'import { x } from "kysely";' },
  { path: "installer/core/runner/a.ts", text: 'export * from "../../adapters/ssh/x.ts";' },
  { path: "installer/contract/a.ts", text: 'export const yaml = await import("yaml");' },
  { path: "installer/contract/errors/a.ts", text: 'import { x } from "../../core/x.ts";' },
  { path: "installer/cli/a.ts", text: 'import "../core/phase.ts";' },
  { path: "installer/phases/machine/a.ts", text: 'import {\n  a,\n  b,\n} from "../../main.ts";' },
  { path: "installer/services/a.ts", text: 'import { x } from "../adapters/ssh/x.ts";' },
  { path: "installer/workflows/a.ts", text: 'import * as z from "zod";' },
];

/** Imports that it allows. */
export const allowedImports: readonly ImportCase[] = [
  { path: "installer/adapters/ssh/deep/a.ts", text: 'import { x } from "../x.ts"; // beside it' },
  { path: "installer/adapters/ssh/a.ts", text: 'import { x } from "../../core/ports/remote.ts";' },
  { path: "installer/adapters/ssh/a.ts", text: 'import { Client } from "ssh2";' },
  { path: "installer/contract/api/a.ts", text: 'import { oc } from "@orpc/contract";' },
  { path: "installer/core/spec/a.ts", text: 'import { parseDocument } from "yaml";' },
  { path: "installer/phases/machine/a.ts", text: 'import { x } from "../targets.ts";' },
  { path: "installer/core/a.test.ts", text: 'import { test } from "vitest";' },
  { path: "installer/main.ts", text: 'import { x } from "./adapters/ssh/x.ts";' },
];
