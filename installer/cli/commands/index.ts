import type { NounSpec } from "../command.ts";
import { bundle } from "./bundle.ts";
import { certificates } from "./certificates.ts";
import { cluster } from "./cluster.ts";
import { audit, token, user, webConsole } from "./console.ts";
import { engine } from "./engine.ts";
import { lab } from "./lab.ts";
import { machine } from "./machine.ts";
import { netboot } from "./netboot.ts";
import { operation } from "./operation.ts";
import { registry } from "./registry.ts";
import { pod, terminal } from "./terminal.ts";
import { completion, preflight, secret, spec, version } from "./other.ts";

/** Every command there is, in the order of the help. */
export const nouns: readonly NounSpec[] = [
  cluster,
  certificates,
  operation,
  machine,
  pod,
  terminal,
  netboot,
  bundle,
  registry,
  preflight,
  spec,
  secret,
  lab,
  webConsole,
  user,
  token,
  audit,
  engine,
  completion,
  version,
];
