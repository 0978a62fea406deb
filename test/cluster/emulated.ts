import {
  allWell,
  applyCluster,
  kubectlOn,
  onMachine,
  openSite,
  specWith,
  tell,
  until,
} from "./support/site.ts";

/** Heading in docs/reliability.md. */
export const title = "A worker with a kernel and a clock of its own";

const AHEAD_S = 600;

/** `npm run test:cluster -- emulated`: a container as control plane, an emulated machine as worker, its clock ten minutes off. */
export const run = async (): Promise<string> => {
  const site = await openSite({ name: "emulated", machines: 1, vms: 1 });
  try {
    await site.lab.lab.fault(site.lab.name, "v1", { type: "clock", seconds: AHEAD_S });
    const before = Number(await onMachine(site, "v1", "date +%s")) - Date.now() / 1000;
    tell(`the worker's clock is ${before.toFixed(0)} s ahead`);
    const spec = await specWith(site, { machines: { n1: "control-plane", v1: "worker" } });
    const { seconds } = await applyCluster(site, spec);
    await until("all nodes Ready and all pods running", 300, () => allWell(site, "n1"));
    const after = Number(await onMachine(site, "v1", "date +%s.%N")) - Date.now() / 1000;
    const issued = await onMachine(
      site,
      "v1",
      "openssl x509 -in /var/lib/kubelet/pki/kubelet-client-current.pem -noout -startdate",
    );
    const early = (Date.parse(issued.replace("notBefore=", "").trim()) - Date.now()) / 1000;
    if (Math.abs(after) > 0.5 || early > 0) process.exitCode = 1;
    const kernels = await kubectlOn(
      site,
      "n1",
      "get nodes -o jsonpath='{range .items[*]}{.metadata.name}: {.status.nodeInfo.kernelVersion}{\"\\n\"}{end}'",
    );
    return `One control plane in a container (cgroup v1) and one emulated worker (cgroup v2, another kernel, another interface name), whose clock was ${before.toFixed(0)} s
ahead. After \`cluster apply\` (${seconds.toFixed(0)} s under emulation) its clock was ${(after * 1000).toFixed(0)} ms off, its certificate was valid from ${(-early).toFixed(0)} s before that look,
all nodes were Ready and all pods ran. Kernels: ${kernels.trim().split("\n").join("; ")}.`;
  } finally {
    await site.close();
  }
};
