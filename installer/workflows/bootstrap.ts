import { text } from "../contract/text.ts";
import type { Workflow } from "../core/phase.ts";
import { departures } from "../core/cluster/leave-rules.ts";
import { configuration } from "../phases/cluster/configuration.ts";
import { kubeletFollows } from "../phases/cluster/kubelet-settings.ts";
import { controlPlaneFollows } from "../phases/control-plane/settings.ts";
import { dns } from "../phases/cluster/dns.ts";
import { kubeconfig } from "../phases/cluster/kubeconfig.ts";
import { kubelet } from "../phases/cluster/kubelet.ts";
import { membership } from "../phases/cluster/membership.ts";
import { metrics } from "../phases/cluster/metrics.ts";
import { network } from "../phases/cluster/network.ts";
import { nodes } from "../phases/cluster/nodes.ts";
import { ready } from "../phases/cluster/ready.ts";
import { servingCertificate } from "../phases/cluster/serving-certificate.ts";
import { strangers } from "../phases/cluster/strangers.ts";
import { storage } from "../phases/cluster/storage.ts";
import { deliver } from "../phases/content/deliver.ts";
import { keepalived } from "../phases/content/keepalived.ts";
import { packages } from "../phases/content/packages.ts";
import { deliverRuntime } from "../phases/content/runtime.ts";
import { initControlPlane } from "../phases/control-plane/init.ts";
import { invitation } from "../phases/control-plane/invitation.ts";
import { joinControlPlane } from "../phases/control-plane/join.ts";
import { clusterSecrets } from "../phases/control-plane/secrets.ts";
import { startControlPlane } from "../phases/control-plane/start.ts";
import { snapshotSchedule } from "../phases/etcd/schedule.ts";
import { approver } from "../phases/certificates/approver.ts";
import { keepalived as endpoint } from "../phases/endpoint/keepalived.ts";
import { endpointProbe } from "../phases/endpoint/probe.ts";
import { hostRecord } from "../phases/host/record.ts";
import { innerRoutes } from "../phases/host/routes.ts";
import { hostSettings } from "../phases/host/settings.ts";
import { leaveClean } from "../phases/leave/clean.ts";
import { leaveDrain } from "../phases/leave/drain.ts";
import { leaveStrike } from "../phases/leave/strike.ts";
import { connect } from "../phases/machine/connect.ts";
import { diskLatency } from "../phases/machine/disk-latency.ts";
import { enlist } from "../phases/machine/enlist.ts";
import { inventory } from "../phases/machine/inventory.ts";
import { prepare } from "../phases/machine/prepare.ts";
import { preflightAdmission } from "../phases/preflight/admission.ts";
import { awaitMachine } from "../phases/metal/await.ts";
import { boot } from "../phases/metal/boot.ts";
import { firstBoot } from "../phases/metal/first-boot.ts";
import { install } from "../phases/metal/install.ts";
import { preflightCluster } from "../phases/preflight/cluster.ts";
import { preflightDisk } from "../phases/preflight/disk.ts";
import { preflightGate } from "../phases/preflight/gate.ts";
import { preflightMachine } from "../phases/preflight/machine.ts";
import { reachability } from "../phases/preflight/reachability.ts";
import { preflightRelease } from "../phases/preflight/release.ts";
import { preflightSite } from "../phases/preflight/site.ts";
import { registryContent } from "../phases/registry/content.ts";
import { registryServe } from "../phases/registry/serve.ts";
import { containerd } from "../phases/runtime/containerd.ts";
import { firstImages } from "../phases/runtime/first-images.ts";
import { images } from "../phases/runtime/images.ts";
import { systemTrust } from "../phases/site/system-trust.ts";
import { smokeTest } from "../phases/smoke/test.ts";
import { trust } from "../phases/site/trust.ts";
import { timeSync } from "../phases/time/sync.ts";
import { joinWorker } from "../phases/worker/join.ts";

/**
 * Makes a cluster of the machines, or goes on wherever the last attempt stopped. Machines that were part of it and that the
 * spec no longer names leave it.
 */
export const bootstrap: Workflow = {
  id: "bootstrap",
  title: text("Set the cluster up", "搭建集群"),
  parameters: departures,
  phases: [
    awaitMachine,
    boot,
    install,
    firstBoot,
    connect,
    inventory,
    preflightMachine,
    reachability,
    preflightSite,
    membership,
    endpointProbe,
    preflightRelease,
    preflightCluster,
    preflightAdmission,
    prepare,
    diskLatency,
    preflightDisk,
    preflightGate,
    leaveDrain,
    leaveStrike,
    leaveClean,
    enlist,
    hostRecord,
    hostSettings,
    innerRoutes,
    trust,
    deliverRuntime,
    deliver,
    containerd,
    packages,
    timeSync,
    firstImages,
    images,
    keepalived,
    registryContent,
    registryServe,
    clusterSecrets,
    kubelet,
    endpoint,
    startControlPlane,
    network,
    dns,
    initControlPlane,
    configuration,
    invitation,
    joinControlPlane,
    joinWorker,
    ready,
    systemTrust,
    nodes,
    strangers,
    kubeletFollows,
    controlPlaneFollows,
    servingCertificate,
    approver,
    snapshotSchedule,
    kubeconfig,
    metrics,
    storage,
    smokeTest,
  ],
};
