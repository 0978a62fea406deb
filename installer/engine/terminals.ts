import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { SshRemoteParts } from "../adapters/ssh/remote.ts";
import type { Architecture } from "../contract/bundle/components.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { Log } from "../core/ports/index.ts";
import type { Release } from "../core/ports/release.ts";
import type { AuditService } from "../services/audit.ts";
import type { ClusterCare } from "../services/cluster-care.ts";
import type { ClustersService } from "../services/clusters.ts";
import type { OpenTerminals, TerminalsService } from "../services/terminals/types.ts";
import { deferred } from "./deferred.ts";
import type { SitePorts } from "./site.ts";

/** What terminals are composed from. */
export interface TerminalsHost {
  readonly data: string;
  readonly clusters: ClustersService;
  readonly clusterCare: ClusterCare;
  readonly ports: Pick<SitePorts, "content" | "releases">;
  readonly ssh: SshRemoteParts;
  readonly audit: AuditService;
  readonly log: Log;
}

/** Terminals, loaded when the first is opened. */
export interface ComposedTerminals {
  readonly service: TerminalsService;
  /** Whether any is open; without loading anything. */
  idle(): boolean;
  close(): Promise<void>;
}

/** Joins shells, recordings and the service. */
export const composeTerminals = (parts: TerminalsHost): ComposedTerminals => {
  const { data, clusters, clusterCare, ssh, audit, log } = parts;
  let running: OpenTerminals | undefined;
  let closeShells: (() => Promise<void>) | undefined;
  const service = deferred<TerminalsService>(async () => {
    const [{ createTerminals }, machines, containers, kubectl, recordings] = await Promise.all([
      import("../services/terminals/terminals.ts"),
      import("../adapters/ssh/shells.ts"),
      import("../adapters/terminal/containers.ts"),
      import("../adapters/terminal/kubectl.ts"),
      import("../adapters/terminal/recordings.ts"),
    ]);
    const shells = machines.createMachineShells(ssh);
    closeShells = () => shells.close();
    running = createTerminals({
      clusters,
      care: clusterCare,
      machines: shells,
      containers: containers.createContainerShells(),
      kubectl: kubectl.createKubectlShells({
        folder: join(data, "shells"),
        platform: process.platform,
        uid: process.getuid?.() ?? -1,
      }),
      kubectlProgram: (cluster) => kubectlProgram(parts, cluster),
      debugImage: (cluster) => debugImage(parts, cluster),
      recordings: recordings.createRecordings({ folder: join(data, "recordings"), clock: systemClock }),
      audit,
      clock: systemClock,
      log,
    });
    return running;
  });
  return {
    service,
    idle: () => running?.idle() ?? true,
    async close() {
      await running?.shutdown();
      await closeShells?.();
    },
  };
};

const architectures: Readonly<Record<string, Architecture>> = { x64: "amd64", arm64: "arm64" };

const releaseOf = async ({ clusters, ports }: TerminalsHost, cluster: string): Promise<Release> => {
  const { spec } = await clusters.get(cluster);
  return ports.releases.open({
    bundle: spec.bundle,
    kubernetes: spec.kubernetes.version,
    architecture: architectures[process.arch] ?? "amd64",
  });
};

/** The cluster's own kubectl, unpacked once, in a file that may be executed whatever the store's permissions are. */
const kubectlProgram = async (parts: TerminalsHost, cluster: string): Promise<string> => {
  const release = await releaseOf(parts, cluster);
  const file = release.files.find(({ component, name }) => component === "kubectl" && name === "kubectl");
  if (file === undefined) {
    throw SlipwayError.of("BUNDLE_COMPONENT_MISSING", {
      bundle: release.version,
      component: "kubectl",
      architecture: release.architecture,
      known: [...new Set(release.files.map(({ component }) => component))].join(", "),
    });
  }
  const folder = join(parts.data, "programs");
  const path = join(folder, `kubectl-${file.content.digest.slice(-16)}`);
  const known = await stat(path).catch(() => undefined);
  if (known?.size === file.content.size) return path;
  const source = await parts.ports.content.file({
    digest: file.blob.digest,
    ...(file.compressed ? { plain: file.content.digest } : {}),
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = `${path}.part`;
  await copyFile(source, partial);
  const { chmod } = await import("node:fs/promises");
  await chmod(partial, 0o755);
  await rename(partial, path);
  return path;
};

const debugImage = async (parts: TerminalsHost, cluster: string): Promise<string> => {
  const release = await releaseOf(parts, cluster);
  const image = release.images.find(({ component }) => component === "debug");
  if (image !== undefined) return image.name;
  throw SlipwayError.of("BUNDLE_COMPONENT_MISSING", {
    bundle: release.version,
    component: "debug",
    architecture: release.architecture,
    known: release.images.map(({ component }) => component).join(", "),
  });
};
