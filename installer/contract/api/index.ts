import type { ContractRouter } from "@orpc/contract";
import { audit } from "./audit.ts";
import { auth } from "./auth.ts";
import type { CallMeta } from "./base.ts";
import { bundles } from "./bundles.ts";
import { clusters } from "./clusters.ts";
import { webConsole } from "./console.ts";
import { engine } from "./engine.ts";
import { hostKeys } from "./host-keys.ts";
import { kube } from "./kube.ts";
import { lab } from "./lab.ts";
import { machines } from "./machines.ts";
import { metal } from "./metal.ts";
import { netboot } from "./netboot.ts";
import { operations } from "./operations.ts";
import { preflight } from "./preflight.ts";
import { registry } from "./registry.ts";
import { secrets } from "./secrets.ts";
import { specs } from "./specs.ts";
import { terminals } from "./terminals.ts";
import { tokens } from "./tokens.ts";
import { uploads } from "./uploads.ts";
import { users } from "./users.ts";
import { workflows } from "./workflows.ts";

/** Everything the engine can be asked, declared once: router, typed client and OpenAPI document all derive from it. */
export const contract = {
  audit,
  auth,
  bundles,
  clusters,
  console: webConsole,
  engine,
  hostKeys,
  kube,
  lab,
  machines,
  metal,
  netboot,
  operations,
  preflight,
  registry,
  secrets,
  specs,
  terminals,
  tokens,
  uploads,
  users,
  workflows,
} satisfies ContractRouter<CallMeta>;

/** The contract as a type, for clients that carry no schema. */
export type Contract = typeof contract;
