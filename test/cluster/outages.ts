import { holders, leaders, strike } from "./support/faults.ts";
import { allWell, kubectlOn, onMachine, openCluster, tell, until, type TestSite } from "./support/site.ts";
import { startWriter } from "./support/writer.ts";

/** Heading in docs/reliability.md. */
export const title = "Appliance gone, a control plane cut off, all power lost";

const controlPlanes = ["n1", "n2", "n3"];
const machines = [...controlPlanes, "n4"];
const PARTITION_S = 60;

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** A pod on every machine, of an image that none of them has yet. */
const podEverywhere = (name: string, image: string): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "default" },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          tolerations: [{ operator: "Exists" }],
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "main", image, imagePullPolicy: "Always", command: ["sleep", "86400"] }],
        },
      },
    },
  });

const startsEverywhere = async (site: TestSite, name: string): Promise<number> => {
  const image = (await onMachine(site, "n1", "cat /tmp/debug-image")).trim();
  await onMachine(
    site,
    "n1",
    `kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'JSON'\n${podEverywhere(name, image)}\nJSON\n`,
  );
  return until(`pods of ${name} run`, 180, async () => {
    const shown = await kubectlOn(site, "n1", `get daemonset ${name} -o jsonpath={.status.numberReady}`);
    return Number(shown) === machines.length;
  });
};

/** The appliance is killed: images are pulled from the control planes, and new pods start. */
const withoutAppliance = async (site: TestSite): Promise<string> => {
  const { items } = await site.engine.client.bundles.info({ reference: "slipway" });
  const image = items.find(({ name }) => name.startsWith("slipway.local/debug:"))?.name;
  if (image === undefined) throw new Error("the bundle has no debug image");
  await onMachine(site, "n1", `echo '${image}' >/tmp/debug-image`);
  await site.engine.kill();
  const seconds = await startsEverywhere(site, "pulled");
  tell(`without the appliance a pod of a new image runs on every machine after ${seconds.toFixed(1)} s`);
  return `Engine killed with SIGKILL: an image that no machine had was pulled and ran on all ${machines.length} machines after ${seconds.toFixed(1)} s.`;
};

/** What a machine writes down about itself while nobody can reach it. */
const watchScript = (address: string): string => `
cat >/tmp/watch.sh <<'SH'
while :; do
  held=no; ip -4 -oneline address | grep -q ' ${address}/' && held=yes
  echo "$(date +%s.%N) $held"
  sleep 0.1
done >/tmp/watch.log
SH
cat >/tmp/minority.sh <<'SH'
while :; do
  at=$(date +%s)
  if kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://$(hostname -i | cut -d' ' -f1):6443 --request-timeout 3s create configmap "alone-$at" -n default >/dev/null 2>&1
  then echo "$at written"; else echo "$at refused"; fi
  sleep 1
done >/tmp/minority.log
SH
systemd-run --quiet --unit slipway-test-watch sh /tmp/watch.sh
`;

interface Sample {
  readonly at: number;
  readonly held: boolean;
}

const samples = (log: string): readonly Sample[] =>
  log
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([at, held]) => ({ at: Number(at), held: held === "yes" }));

/** Moments, to a tenth of a second, at which more than one machine held the address. */
const heldTwice = (logs: readonly (readonly Sample[])[], since: number): number => {
  const holdersAt = new Map<number, number>();
  for (const log of logs) {
    for (const moment of new Set(
      log.filter(({ at, held }) => held && at > since).map(({ at }) => Math.round(at * 5)),
    )) {
      holdersAt.set(moment, (holdersAt.get(moment) ?? 0) + 1);
    }
  }
  return [...holdersAt.values()].filter((count) => count > 1).length;
};

/** The machine that holds the address and one that leads are cut off in turn, for a minute. */
const partitioned = async (site: TestSite): Promise<string> => {
  const address = site.lab.spec.endpoint.virtualIp ?? "";
  for (const name of controlPlanes) await onMachine(site, name, watchScript(address));
  const [holder = "n1"] = await holders(site, controlPlanes);
  await onMachine(site, holder, "systemd-run --quiet --unit slipway-test-minority sh /tmp/minority.sh");
  const writer = await startWriter(site);
  await writer.flowing();
  await pause(5);
  const cutAt = Date.now() / 1000;
  const begun = performance.now();
  await strike(site, holder, "cut");
  await pause(PARTITION_S);
  const gap = writer.longestGap(begun).ms;
  await strike(site, holder, "heal");
  const healedAt = Date.now() / 1000;
  const back = await until("all well after the partition", 300, () =>
    allWell(site, controlPlanes.find((name) => name !== holder) ?? "n2"),
  );
  await pause(20);
  await onMachine(site, holder, "systemctl stop slipway-test-minority");
  const logs: (readonly Sample[])[] = [];
  for (const name of controlPlanes) {
    await onMachine(site, name, "systemctl stop slipway-test-watch");
    logs.push(samples(await onMachine(site, name, "cat /tmp/watch.log")));
  }
  const alone = (await onMachine(site, holder, "cat /tmp/minority.log"))
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([at]) => Number(at) > cutAt + 2 && Number(at) < healedAt - 1);
  const written = alone.filter(([, outcome]) => outcome === "written").length;
  const lost = await writer.stop();
  const after = { holders: await holders(site, controlPlanes), leaders: await leaders(site, controlPlanes) };
  const twice = heldTwice(logs, healedAt + 0.3);
  if (
    written > 0 ||
    lost.length > 0 ||
    twice > 0 ||
    after.holders.length !== 1 ||
    after.leaders.length !== 1
  ) {
    process.exitCode = 1;
  }
  tell(
    `partition of ${holder}: ${Math.round(gap)} ms without a write; alone it wrote ${written} of ${alone.length}`,
  );
  return `The holder of the address, ${holder}, cut off for ${PARTITION_S} s: the others' clients went ${Math.round(gap)} ms without an acknowledged write. Alone it
took ${written} of ${alone.length} writes. After the heal the address was seen on two machines at ${twice} moments (looked at every 0.1 s); all nodes Ready and all pods
running after ${back.toFixed(0)} s; holders: ${after.holders.join(", ")}; etcd leaders: ${after.leaders.join(", ")}; acknowledged writes lost: ${lost.length}.`;
};

/** Every machine loses power at once, with the appliance off, and gets it back. */
const powerless = async (site: TestSite): Promise<string> => {
  await Promise.all(machines.map((name) => strike(site, name, "kill")));
  await pause(2);
  const begun = performance.now();
  await Promise.all(machines.map((name) => strike(site, name, "start")));
  await until(
    "the API answers",
    300,
    async () => (await kubectlOn(site, "n1", "get --raw /readyz")) === "ok",
  );
  const api = (performance.now() - begun) / 1000;
  await until("all nodes Ready and all pods running", 600, () => allWell(site, "n1"));
  const all = (performance.now() - begun) / 1000;
  tell(`power back: API after ${api.toFixed(0)} s, all pods after ${all.toFixed(0)} s`);
  return `All ${machines.length} machines powered off at once and on again, appliance off: API ready after ${api.toFixed(0)} s, all nodes Ready and all pods running after ${all.toFixed(0)} s,
with no hand on it.`;
};

/** `npm run test:cluster -- outages`: 3 control planes and a worker. */
export const run = async (): Promise<string> => {
  const site = await openCluster({ name: "outages", machines: 4 });
  try {
    const lines = [await withoutAppliance(site), await partitioned(site), await powerless(site)];
    const { packets, dnsQueries } = (await site.lab.lab.status(site.lab.name)).egress;
    if (packets > 0) process.exitCode = 1;
    return `${lines.map((line) => `- ${line}`).join("\n")}
- Packets to addresses beyond the site during all of it: ${packets}, DNS queries: ${dnsQueries}.`;
  } finally {
    await site.close();
  }
};
