import { randomInt } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../core/contract.ts";
import type {
  ClusterAccess,
  KubectlShells,
  ProgramStart,
  TerminalProgram,
} from "../../core/ports/terminal.ts";
import { CONFINED, confinedArguments } from "./confine.ts";
import { startPty } from "./pty.ts";

/** What the shells are made from. */
export interface KubectlParts {
  /** Where each shell's kubeconfig lies until its shell has it. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  /** User number of the engine; 0 is root. */
  readonly uid: number;
}

/** Numbers that no account has and no service is given, so that two shells cannot touch each other. */
const UIDS = { first: 1_900_000_000, count: 50_000_000 };
const START_MS = 10_000;
const PATH = "/opt:/usr/local/bin:/usr/bin:/bin";

interface Wish extends ClusterAccess {
  readonly program: string;
  readonly trusted: boolean;
}

/**
 * Shells with kubectl, each in a world of its own (confine.ts). Where that cannot be made (not Linux, no name spaces), the
 * owner of the appliance still gets a shell, as themselves and with a home of its own; nobody else does.
 */
export const createKubectlShells = (parts: KubectlParts): KubectlShells => ({
  async open(wish, start) {
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(parts.folder, "shell-"));
    const remove = (): void => void rm(folder, { recursive: true, force: true }).catch(() => undefined);
    try {
      const shell = await confined(parts, wish, { folder, start, remove }).catch((error: unknown) => {
        if (!wish.trusted) throw error;
        return plain(wish, { folder, start, remove });
      });
      return shell;
    } catch (error) {
      remove();
      throw error;
    }
  },
});

interface Place {
  readonly folder: string;
  readonly start: ProgramStart;
  readonly remove: () => void;
}

const confined = async (
  { platform, uid }: KubectlParts,
  wish: Wish,
  { folder, start, remove }: Place,
): Promise<TerminalProgram> => {
  if (platform !== "linux") throw SlipwayError.of("KUBECTL_UNCONFINED", { problem: platform });
  const kubeconfig = join(folder, "config");
  const root = join(folder, "root");
  await mkdir(root);
  await writeFile(kubeconfig, wish.kubeconfig, { mode: 0o600 });
  const shellUid = UIDS.first + randomInt(UIDS.count);
  const args = confinedArguments(uid === 0 ? "root" : "user", [
    root,
    wish.program,
    kubeconfig,
    rcFile(wish.cluster),
    String(shellUid),
  ]);
  const begun = Promise.withResolvers<undefined>();
  const complaints: Buffer[] = [];
  let inside = false;
  const program = startPty({
    file: "/usr/bin/unshare",
    args,
    folder: "/",
    env: environment("/home/shell"),
    size: start.size,
    output: (bytes) => {
      if (inside) {
        start.events.output(bytes);
        return;
      }
      const at = bytes.indexOf(CONFINED);
      complaints.push(Buffer.from(at === -1 ? bytes : bytes.subarray(0, at)));
      if (at === -1) return;
      inside = true;
      begun.resolve(undefined);
      if (at + 1 < bytes.length) start.events.output(bytes.subarray(at + 1));
    },
    ended: (exit) => {
      remove();
      if (inside) start.events.ended({ exit });
      else begun.reject(new Error(`${Buffer.concat(complaints).toString("utf8").trim()} (${exit})`));
    },
  });
  const late = setTimeout(() => begun.reject(new Error(`${START_MS / 1000} s`)), START_MS);
  try {
    await begun.promise;
    return program;
  } catch (error) {
    program.end();
    const problem = error instanceof Error ? error.message : String(error);
    throw SlipwayError.of("KUBECTL_UNCONFINED", { problem: problem.slice(0, 300) }, { cause: error });
  } finally {
    clearTimeout(late);
  }
};

/** As the owner of the appliance, who can read all of it anyway; still with no other kubeconfig and no other home. */
const plain = async (wish: Wish, { folder, start, remove }: Place): Promise<TerminalProgram> => {
  const home = join(folder, "home");
  const programs = join(folder, "programs");
  await mkdir(join(home, ".kube"), { recursive: true });
  await mkdir(programs);
  await writeFile(join(home, ".kube", "config"), wish.kubeconfig, { mode: 0o600 });
  await writeFile(join(home, ".bashrc"), rcFile(wish.cluster));
  const { symlink } = await import("node:fs/promises");
  await symlink(wish.program, join(programs, "kubectl"));
  return startPty({
    file: "/bin/sh",
    args: ["-c", "if [ -x /bin/bash ]; then exec /bin/bash; fi; exec /bin/sh"],
    folder: home,
    env: { ...environment(home), PATH: `${programs}:${PATH}` },
    size: start.size,
    output: (bytes) => start.events.output(bytes),
    ended: (exit) => {
      remove();
      start.events.ended({ exit });
    },
  });
};

const environment = (home: string): Readonly<Record<string, string>> => ({
  HOME: home,
  PATH,
  TERM: "xterm-256color",
  LANG: "C.UTF-8",
  KUBECONFIG: `${home}/.kube/config`,
  SHELL: "/bin/bash",
  USER: "shell",
});

/** Names of clusters are of letters, digits and dashes. */
const rcFile = (cluster: string): string =>
  `PS1='\\[\\e[1;34m\\]${cluster}\\[\\e[0m\\] \\w \\$ '\nHISTFILE=\nalias k=kubectl\nsource <(kubectl completion bash 2>/dev/null) 2>/dev/null\n`;
