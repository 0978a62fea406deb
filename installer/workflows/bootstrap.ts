import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { deliver } from "../phases/content/deliver.ts";
import { keepalived } from "../phases/content/keepalived.ts";
import { packages } from "../phases/content/packages.ts";
import { hostSettings } from "../phases/host/settings.ts";
import { enlist } from "../phases/machine/enlist.ts";
import { registryContent } from "../phases/registry/content.ts";
import { registryServe } from "../phases/registry/serve.ts";
import { containerd } from "../phases/runtime/containerd.ts";
import { images } from "../phases/runtime/images.ts";
import { systemTrust } from "../phases/site/system-trust.ts";
import { trust } from "../phases/site/trust.ts";
import { timeSync } from "../phases/time/sync.ts";
import { check } from "./check.ts";

/** Makes a cluster of the machines, or goes on wherever the last attempt stopped. */
export const bootstrap: Workflow = {
  id: "bootstrap",
  title: text("Set the cluster up", "搭建集群"),
  phases: [
    ...check.phases,
    enlist,
    hostSettings,
    trust,
    deliver,
    containerd,
    packages,
    timeSync,
    keepalived,
    images,
    registryContent,
    registryServe,
    systemTrust,
  ],
};
