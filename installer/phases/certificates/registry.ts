import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase } from "../../core/phase.ts";
import { registryPaths } from "../../core/registry/config.ts";
import { writeFiles } from "../files.ts";
import { theMachine } from "../targets.ts";
import { dueOn, listed, meantControlPlanes, runRenewal } from "./reading.ts";

const CERTIFICATE_DAYS = 825;

const restartUnit = `systemctl restart "$1" && systemctl is-active --quiet "$1"`;

/** Renews the certificate of the registry on a control plane; machines pull from another one meanwhile. */
export const renewRegistry = definePhase({
  id: "certificates.registry",
  title: text("Renew the registry's certificate", "续期镜像仓库证书"),
  needs: {},
  output: z.object({ renewed: z.boolean() }),
  effect: "changes",
  timeoutMs: 2 * 60_000,
  limit: { key: "certificates.registry", max: 1 },
  on: meantControlPlanes,
  async probe(context) {
    const due = await dueOn(context, ["registry"]);
    return due.length === 0
      ? { state: "satisfied", output: { renewed: false } }
      : { state: "needed", why: text(`due: ${listed(due)}`, `需要续期：${listed(due)}`) };
  },
  async apply(context) {
    const machine = theMachine(context);
    const issued = await context.ports.siteCa.issue({
      commonName: `${machine.name} registry`,
      dnsNames: [machine.name],
      addresses: [machine.address, "127.0.0.1"],
      days: CERTIFICATE_DAYS,
    });
    await writeFiles(context, [
      { path: registryPaths.privateKey, content: issued.privateKey, mode: 0o600 },
      { path: registryPaths.certificate, content: issued.certificate },
    ]);
    await runRenewal(context, machine, { script: restartUnit, args: [registryPaths.unitName] });
    return { renewed: true };
  },
});
