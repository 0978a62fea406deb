import * as z from "zod";
import { text } from "../../contract/text.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import { registryConfig, registryPaths, registryUnit } from "../../core/registry/config.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { enableUnitFunction } from "../../core/runtime/units.ts";
import { deliver } from "../content/deliver.ts";
import { differingFiles, writeFiles, type SmallFile } from "../files.ts";
import { timeSync } from "../time/sync.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";
import { registryContent } from "./content.ts";

/** `$1` unit, `$2` URL, `$3` CA. Exit 0 when the registry runs, is enabled, and answers with a certificate of the CA. */
const look = `
systemctl is-enabled --quiet "$1" && systemctl is-active --quiet "$1" || exit 1
exec curl -q --silent --fail --output /dev/null --noproxy '*' --max-time 5 --cacert "$3" "$2"
`;

/** As `look`, after starting it; `$4` is `restart` when its configuration or certificate has changed. */
const start = `${enableUnitFunction}
set -e
enable_unit "$1"
systemctl reset-failed "$1" 2>/dev/null || true
systemctl "$4" "$1"
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  if curl -q --silent --fail --output /dev/null --noproxy '*' --max-time 5 --cacert "$3" "$2"; then exit 0; fi
  if systemctl is-failed --quiet "$1"; then break; fi
  if [ "$(systemctl show --property NRestarts --value "$1")" -gt 2 ]; then break; fi
  sleep 0.3
done
journalctl --no-pager --lines 30 --unit "$1" --output cat
exit 1
`;

/** Long enough that a site is not busy with it, short enough that it does not outlive what it protects. */
const CERTIFICATE_DAYS = 825;

/** Renewed when less than this is left. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports" | "signal">;

const settings = ({ cluster }: Pick<Step, "cluster">): readonly SmallFile[] => [
  { path: registryPaths.config, content: registryConfig({ port: cluster.registry.port }) },
  { path: registryPaths.unit, content: registryUnit },
];

const urlOf = (step: Step): string => `https://${theMachine(step).address}:${step.cluster.registry.port}/v2/`;

/** Why the certificate on the machine will not do, or when it expires. */
const certificateState = async (step: Step): Promise<{ bad: boolean; notAfter: number }> => {
  const machine = theMachine(step);
  const { remote, siteCa, clock } = step.ports;
  const pem = await remote.readFile(machine, registryPaths.certificate, step.signal);
  const view = pem === undefined ? undefined : await siteCa.inspect(pem);
  const now = clock.now();
  const good =
    view !== undefined &&
    view.issuedHere &&
    view.addresses.includes(machine.address) &&
    view.notBefore <= now &&
    view.notAfter > now + RENEW_BEFORE_MS;
  return { bad: !good, notAfter: view?.notAfter ?? 0 };
};

const Output = z.object({
  url: z.string(),
  notAfter: z.number().describe("When its certificate expires, in milliseconds since the epoch"),
});

/** Starts the registry of a control plane with a certificate of the site's CA. */
export const registryServe = definePhase({
  id: "registry.serve",
  title: text("Serve the registry", "启动镜像仓库服务"),
  needs: { delivered: deliver, content: registryContent, time: timeSync },
  output: Output,
  effect: "changes",
  timeoutMs: 120_000,
  on: controlPlaneNames,
  async probe(context) {
    const differing = await differingFiles(context, settings(context));
    if (differing.length > 0) {
      const paths = differing.join(", ");
      return { state: "needed", why: text(`to be written: ${paths}`, `需要写入：${paths}`) };
    }
    const { bad, notAfter } = await certificateState(context);
    if (bad) {
      return {
        state: "needed",
        why: text("it has no valid certificate of the site's CA", "没有站点 CA 签发的有效证书"),
      };
    }
    const url = urlOf(context);
    const { code } = await context.ports.remote.script(theMachine(context), look, {
      args: [registryPaths.unitName, url, machinePaths.siteCa],
      signal: context.signal,
      expect: Array.from({ length: 128 }, (_, exit) => exit),
    });
    return code === 0
      ? { state: "satisfied", output: { url, notAfter } }
      : { state: "needed", why: text("the registry does not answer", "镜像仓库没有响应") };
  },
  async apply(context) {
    const { bad, notAfter } = await certificateState(context);
    if (!bad && (await begin(context, settings(context))).running) return { url: urlOf(context), notAfter };
    // A certificate that looks right may stand beside another one's key, or none: a new pair settles that.
    const issued = await issuePair(context);
    const { running, problem, log } = await begin(context, [...settings(context), ...issued.files]);
    if (running) return { url: urlOf(context), notAfter: issued.notAfter };
    const machine = theMachine(context).name;
    throw SlipwayError.of(
      "SERVICE_NOT_RUNNING",
      { service: "registry", machine, problem },
      { machine, detail: log },
    );
  },
});

/** A new certificate and its key. The key is written first: a certificate alone would look finished to the next probe. */
const issuePair = async (
  context: Step,
): Promise<{ readonly files: readonly SmallFile[]; readonly notAfter: number }> => {
  const machine = theMachine(context);
  const { certificate, privateKey, notAfter } = await context.ports.siteCa.issue({
    commonName: `${machine.name} registry`,
    dnsNames: [machine.name],
    addresses: [machine.address, "127.0.0.1"],
    days: CERTIFICATE_DAYS,
  });
  const files = [
    { path: registryPaths.privateKey, content: privateKey, mode: 0o600 },
    { path: registryPaths.certificate, content: certificate },
  ];
  return { files, notAfter };
};

/** Writes what differs, starts the registry, and waits until it answers. */
const begin = async (
  context: Step,
  files: readonly SmallFile[],
): Promise<{ readonly running: boolean; readonly problem: string; readonly log: string }> => {
  const changed = await writeFiles(context, files);
  const { code, stdout, stderr } = await context.ports.remote.script(theMachine(context), start, {
    args: [
      registryPaths.unitName,
      urlOf(context),
      machinePaths.siteCa,
      changed.length > 0 ? "restart" : "start",
    ],
    signal: context.signal,
    expect: [0, 1],
  });
  return { running: code === 0, problem: stderr.split("\n")[0] || "it does not answer", log: stdout };
};
