import { randomBytes } from "node:crypto";
import * as z from "zod";
import { SlipwayError } from "../../core/contract.ts";
import type { ContainerAddress, ContainerShells } from "../../core/ports/terminal.ts";
import { PodObject, summaryOfPod } from "../../core/terminal/pods.ts";
import { askKube, kubeAccess, statusText, type KubeAccess } from "./kube-access.ts";
import { openKubeStream, type StreamEnd } from "./kube-stream.ts";

/** Takes the best shell there is. Constant: no word of it is made from data. */
const SHELL = [
  "/bin/sh",
  "-c",
  'TERM=xterm-256color; : "${LANG:=C.UTF-8}"; export TERM LANG; if [ -x /bin/bash ]; then exec /bin/bash; fi; exec /bin/sh',
];

/** Exit codes of runtimes and shells for a program that is not there. */
const NO_PROGRAM = new Set([126, 127, 128]);

/** How long a debug container may take to start: its image may have to be fetched. */
const DEBUG_START_MS = 90_000;

const PodList = z.object({ items: z.array(z.unknown()) });

const segment = encodeURIComponent;
const podPath = ({ namespace, pod }: { readonly namespace: string; readonly pod: string }): string =>
  `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}`;

const streamPath = (where: ContainerAddress, verb: "exec" | "attach", command: readonly string[]): string => {
  const query = new URLSearchParams({
    container: where.container,
    stdin: "true",
    stdout: "true",
    tty: "true",
  });
  for (const word of command) query.append("command", word);
  return `${podPath(where)}/${verb}?${query.toString()}`;
};

/** Shells in containers, over the API's own streams. */
export const createContainerShells = (): ContainerShells => ({
  async pods(access, signal) {
    const kube = kubeAccess(access);
    const answer = await askKube(kube, { path: "/api/v1/pods?limit=5000", signal });
    if (answer.status !== 200) throw refused(kube, statusText(answer));
    return PodList.parse(answer.json).items.flatMap((item) => {
      const pod = PodObject.safeParse(item);
      return pod.success ? [summaryOfPod(pod.data)] : [];
    });
  },
  pod: async (access, where, signal) => summaryOfPod(await readPod(kubeAccess(access), where, signal)),
  async open(access, where, start) {
    const kube = kubeAccess(access);
    const { pod, container } = where;
    return openKubeStream(
      kube,
      {
        path: streamPath(where, "exec", SHELL),
        target: `${where.namespace}/${pod}/${container}`,
        early: (end) => whyNoShell(kube, where, end),
      },
      start,
    );
  },
  async debug(access, where, start) {
    const kube = kubeAccess(access);
    const container = await addDebugContainer(kube, where, start.signal);
    return openKubeStream(
      kube,
      {
        path: streamPath({ ...where, container }, "attach", []),
        target: `${where.namespace}/${where.pod}/${container}`,
        early: (end) =>
          end.kind === "refused"
            ? SlipwayError.of("DEBUG_REFUSED", { pod: where.pod, problem: end.problem })
            : undefined,
      },
      start,
    );
  },
});

const refused = ({ cluster }: KubeAccess, problem: string): SlipwayError =>
  SlipwayError.of("KUBE_CALL_REFUSED", { cluster, problem });

const readPod = async (
  kube: KubeAccess,
  where: { readonly namespace: string; readonly pod: string },
  signal: AbortSignal,
): Promise<PodObject> => {
  const answer = await askKube(kube, { path: podPath(where), signal });
  if (answer.status === 404) {
    throw SlipwayError.of("POD_UNKNOWN", {
      cluster: kube.cluster,
      pod: where.pod,
      namespace: where.namespace,
    });
  }
  if (answer.status !== 200) throw refused(kube, statusText(answer));
  return PodObject.parse(answer.json);
};

/** What an end before the first output means. Runtimes word it differently; all name the missing program. */
const whyNoShell = (
  kube: KubeAccess,
  { pod, container }: ContainerAddress,
  end: StreamEnd,
): SlipwayError | undefined => {
  if (end.kind === "exit") {
    return NO_PROGRAM.has(end.code) ? SlipwayError.of("CONTAINER_NO_SHELL", { pod, container }) : undefined;
  }
  const { problem } = end;
  if (/no such file or directory|executable file not found|\/bin\/sh/.test(problem)) {
    return SlipwayError.of("CONTAINER_NO_SHELL", { pod, container });
  }
  if (/not found|not running|completed pod|is not created|exited|cannot exec|not available/i.test(problem)) {
    return SlipwayError.of("CONTAINER_NOT_RUNNING", { pod, container, state: problem });
  }
  return refused(kube, problem);
};

const EphemeralStatus = z.object({
  name: z.string(),
  state: z.object({
    running: z.object({}).optional(),
    waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
    terminated: z.object({ reason: z.string().default("") }).optional(),
  }),
});
const WithEphemeral = z.object({
  status: z.object({ ephemeralContainerStatuses: z.array(EphemeralStatus).default([]) }),
});

/**
 * Adds a container to a pod that runs (https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/). It ends
 * with its shell, and its shell with the terminal: `stdinOnce` closes its input when nobody is attached any more.
 */
const addDebugContainer = async (
  kube: KubeAccess,
  where: ContainerAddress & { readonly image: string },
  signal: AbortSignal,
): Promise<string> => {
  const name = `slipway-debug-${randomBytes(3).toString("hex")}`;
  const refuse = (problem: string): SlipwayError =>
    SlipwayError.of("DEBUG_REFUSED", { pod: where.pod, problem });
  const added = await askKube(kube, {
    path: `${podPath(where)}/ephemeralcontainers`,
    method: "PATCH",
    signal,
    body: {
      type: "application/strategic-merge-patch+json",
      value: {
        spec: {
          ephemeralContainers: [
            {
              name,
              image: where.image,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/bash"],
              env: [
                { name: "TERM", value: "xterm-256color" },
                { name: "LANG", value: "C.UTF-8" },
              ],
              stdin: true,
              stdinOnce: true,
              tty: true,
              targetContainerName: where.container,
            },
          ],
        },
      },
    },
  });
  if (added.status !== 200) throw refuse(statusText(added));
  const until = performance.now() + DEBUG_START_MS;
  let problem = "";
  while (performance.now() < until && !signal.aborted) {
    const answer = await askKube(kube, { path: podPath(where), signal });
    const found = WithEphemeral.safeParse(answer.json).data?.status.ephemeralContainerStatuses;
    const state = found?.find((one) => one.name === name)?.state;
    if (state?.running !== undefined) return name;
    if (state?.terminated !== undefined) throw refuse(state.terminated.reason);
    problem = `${state?.waiting?.reason ?? ""} ${state?.waiting?.message ?? ""}`.trim();
    if (
      /ErrImageNeverPull|InvalidImageName|ErrImagePull|ImagePullBackOff|CreateContainerConfigError/.test(
        problem,
      )
    ) {
      throw refuse(problem);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  if (signal.aborted) throw SlipwayError.of("CANCELLED", {});
  throw refuse(problem);
};
