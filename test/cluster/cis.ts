import { collectCis, evidenceOf, judgeCis, type CisResult } from "../support/cis-checks.ts";
import { kubectlOn, onMachine, openCluster, type TestSite } from "./support/site.ts";

export const title = "CIS recommendations";

/** HTTP status of an API path asked without credentials, on the control plane itself. */
const asked = (site: TestSite, path: string): Promise<string> =>
  onMachine(
    site,
    "n1",
    `curl --silent --insecure --output /dev/null --write-out '%{http_code}' https://127.0.0.1:6443${path}`,
  );

const privilegedPod = `--namespace default run cis-probe --image registry.k8s.io/pause --dry-run=server --privileged 2>&1 || true`;

const living = async (site: TestSite): Promise<readonly CisResult[]> => {
  const judged = (
    id: string,
    what: string,
    { good, found }: { good: boolean; found: string },
  ): CisResult => ({
    id,
    what,
    result: good ? "pass" : "fail",
    note: good ? "" : found,
  });
  const health = await asked(site, "/livez");
  const other = await asked(site, "/api/v1/namespaces");
  const pod = await kubectlOn(site, "n1", privilegedPod);
  return [
    judged("live 1.2.1", "nobody anonymous gets further than /livez", {
      good: health === "200" && other === "401",
      found: `/livez ${health}, /api ${other}`,
    }),
    judged("live 5.2", "a privileged pod is refused outside the system's namespaces", {
      good: /violates PodSecurity/.test(pod),
      found: pod.trim(),
    }),
  ];
};

/** Checks a cluster of one control plane and one worker; fails when a recommendation is missed without a reason. */
export const run = async (): Promise<string> => {
  const site = await openCluster({ name: "cis", machines: 2 });
  try {
    const results = [
      ...judgeCis(evidenceOf(await onMachine(site, "n1", collectCis))),
      ...(await living(site)),
    ];
    if (results.some(({ result }) => result === "fail")) process.exitCode = 1;
    return [
      "| id | recommendation | result | reason or finding |",
      "|---|---|---|---|",
      ...results.map(({ id, what, result, note }) => `| ${id} | ${what} | ${result} | ${note} |`),
    ].join("\n");
  } finally {
    await site.close();
  }
};
