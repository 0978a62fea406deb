import { about, access, audit, settings } from "./access.ts";
import { bundles } from "./bundles.ts";
import { clusters } from "./clusters.ts";
import { frame } from "./frame.ts";
import { machines, overview } from "./machines.ts";
import { operations } from "./operations.ts";
import { terminals } from "./terminals.ts";
import { workloads } from "./workloads.ts";

/** 全部中文文字。 */
export const zhCN = {
  ...frame,
  about,
  access,
  audit,
  bundles,
  clusters,
  machines,
  operations,
  overview,
  settings,
  terminals,
  workloads,
};
