import type { ContractRouter } from "@orpc/contract";
import type { CallMeta } from "./base.ts";
import { bundles } from "./bundles.ts";
import { clusters } from "./clusters.ts";
import { engine } from "./engine.ts";
import { hostKeys } from "./host-keys.ts";
import { lab } from "./lab.ts";
import { machines } from "./machines.ts";
import { operations } from "./operations.ts";
import { preflight } from "./preflight.ts";
import { registry } from "./registry.ts";
import { secrets } from "./secrets.ts";
import { specs } from "./specs.ts";
import { workflows } from "./workflows.ts";

/** Everything the engine can be asked, declared once: router, typed client and OpenAPI document all derive from it. */
export const contract = {
  bundles,
  clusters,
  engine,
  hostKeys,
  lab,
  machines,
  operations,
  preflight,
  registry,
  secrets,
  specs,
  workflows,
} satisfies ContractRouter<CallMeta>;

/** The contract as a type, for clients that carry no schema. */
export type Contract = typeof contract;
