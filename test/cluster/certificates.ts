import { strike } from "./support/faults.ts";
import { operate } from "./support/operations.ts";
import { parse, stringify } from "yaml";
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

/** Heading of the section. */
export const title = "Certificates that ended while everything was off";

/** Long enough to make a cluster on a busy computer, short enough to wait for its end. */
const MINUTES = 6;

/** When the last certificate of a machine ends; authorities live on. */
const endsOf = `for file in /etc/kubernetes/pki/apiserver*.crt /etc/kubernetes/pki/etcd/[hps]*.crt /var/lib/kubelet/pki/*-current.pem; do
  if [ -s "$file" ]; then openssl x509 -noout -enddate -in "$file" | sed 's/notAfter=//'; fi
done`;

/** A control plane and a worker whose certificates live for minutes are switched off until all of them have ended. */
export const run = async (): Promise<string> => {
  const site = await openSite({ name: "certificates", machines: 2 });
  try {
    const machines = { n1: "control-plane", n2: "worker" } as const;
    const { file, text } = await specWith(site, { machines });
    const spec = { ...(parse(text) as object), certificates: { validity: `${MINUTES}m` } };
    const { seconds } = await applyCluster(site, { file, text: stringify(spec) });
    tell(`cluster ready after ${seconds.toFixed(0)} s`);
    const both = Object.keys(machines);
    const ends = await Promise.all(both.map((machine) => onMachine(site, machine, endsOf)));
    for (const machine of both) await strike(site, machine, "kill");
    const times = ends.flatMap((lines) =>
      lines
        .trim()
        .split("\n")
        .map((line) => Date.parse(line)),
    );
    const rest = Math.max(...times) + 2_000 - Date.now();
    tell(`off until every certificate has ended: ${(rest / 1000).toFixed(0)} s`);
    await new Promise((resolve) => setTimeout(resolve, rest));
    for (const machine of both) await strike(site, machine, "start");
    const refused = await kubectlOn(site, "n1", "get nodes").then(
      () => false,
      () => true,
    );
    if (!refused) throw new Error("the API answers although its certificates have ended");
    const cluster = site.lab.spec.name;
    const renewed = await operate(site, { workflow: "renew-certificates", spec: { cluster } });
    const well = await until("all nodes Ready and all pods running", 240, () => allWell(site, "n1"));
    tell(`renewed in ${renewed.seconds.toFixed(0)} s, all well ${well.toFixed(0)} s later`);
    return `A control plane and a worker whose certificates live for ${MINUTES} minutes are switched off until all of them have ended (kubelets'
own included). Switched on again, the API refuses its own administrator. \`slipway cluster renew-certificates\` took
${renewed.seconds.toFixed(0)} s; ${well.toFixed(0)} s later all nodes were Ready and all pods ran.`;
  } finally {
    await site.close();
  }
};
