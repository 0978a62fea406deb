import type { TerminalTarget } from "../../installer/contract/terminal.ts";

/** A word of a command line, quoted for a POSIX shell when it must be. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const line = (...words: readonly string[]): string => ["slipway", ...words.map(shellWord)].join(" ");
const reasoned = (why: string): readonly string[] => (why === "" ? [] : ["--why", why]);

/** What one would type for the same action. */
export const command = {
  engineInfo: (): string => line("engine", "info"),
  operationList: (): string => line("operation", "list"),
  operationShow: (id: string): string => line("operation", "watch", id),
  pause: (id: string, why: string): string => line("operation", "pause", id, ...reasoned(why)),
  resume: (id: string, why: string): string => line("operation", "resume", id, ...reasoned(why)),
  retry: (id: string, machine: string | undefined): string =>
    line("operation", "retry", id, ...(machine === undefined ? [] : ["--machine", machine])),
  skip: (
    id: string,
    step: { readonly machine: string; readonly phase: string | undefined },
    why: string,
  ): string =>
    line(
      "operation",
      "skip",
      id,
      step.machine,
      ...(step.phase === undefined ? [] : ["--phase", step.phase]),
      ...reasoned(why),
    ),
  cancel: (id: string, why: string): string => line("operation", "cancel", id, ...reasoned(why)),
  machineList: (): string => line("machine", "list"),
  machineShow: (name: string, cluster: string): string => line("machine", "show", name, "--cluster", cluster),
  clusterList: (): string => line("cluster", "list"),
  clusterStatus: (cluster: string): string => line("cluster", "status", cluster),
  /** kubectl with the context that `slipway cluster kubeconfig` gives the cluster. */
  kubectl: (cluster: string, words: readonly string[]): string =>
    ["kubectl", "--context", cluster, ...words].map(shellWord).join(" "),
  clusterSpec: (cluster: string): string => line("cluster", "spec", cluster),
  specValidate: (file: string): string => line("spec", "validate", file),
  clusterPlan: (file: string): string => line("cluster", "plan", "-f", file),
  clusterCheck: (file: string): string => line("cluster", "check", "-f", file),
  clusterApply: (file: string): string => line("cluster", "apply", "-f", file),
  bundleList: (): string => line("bundle", "list"),
  bundleInfo: (reference: string): string => line("bundle", "info", reference),
  bundleImport: (file: string): string => line("bundle", "import", file),
  bundleVerify: (file: string): string => line("bundle", "verify", file),
  bundleFsck: (): string => line("bundle", "fsck"),
  bundleSbom: (reference: string): string => line("bundle", "sbom", reference),
  machineVerb: (
    verb: "drain" | "maintain" | "return" | "reboot" | "shutdown",
    target: { readonly machine: string; readonly cluster: string },
    why: string,
  ): string =>
    line(
      "machine",
      verb,
      target.machine,
      "--cluster",
      target.cluster,
      ...(verb === "maintain" || verb === "shutdown" ? reasoned(why) : []),
    ),
  userAdd: (user: string, role: string): string => line("user", "add", user, "--role", role),
  userRole: (user: string, role: string): string => line("user", "role", user, "--role", role),
  userRemove: (user: string): string => line("user", "remove", user),
  userReset: (user: string): string => line("user", "reset-password", user),
  userUnlock: (user: string): string => line("user", "unlock", user),
  tokenCreate: (name: string, role: string, days: number): string =>
    line("token", "create", name, "--role", role, "--days", String(days)),
  tokenRevoke: (id: string): string => line("token", "revoke", id),
  auditExport: (format: "json" | "csv"): string =>
    line("audit", "export", `audit.${format}`, "--format", format),
  userList: (): string => line("user", "list"),
  tokenList: (): string => line("token", "list"),
  auditList: (): string => line("audit", "list"),
  auditVerify: (): string => line("audit", "verify"),
  console: (): string => line("console"),
  terminalList: (): string => line("terminal", "list"),
  terminalClose: (id: string): string => line("terminal", "close", id),
  recordList: (): string => line("terminal", "recordings"),
  recordReplay: (id: string): string => line("terminal", "replay", id),
  recordRemove: (id: string): string => line("terminal", "remove", id),
  shell: (target: TerminalTarget, why: string): string => {
    const { cluster } = target;
    switch (target.kind) {
      case "machine":
        return line("machine", "shell", target.machine, "--cluster", cluster, ...reasoned(why));
      case "kubectl":
        return line("cluster", "shell", cluster, ...reasoned(why));
      case "container":
        return line(
          "pod",
          "shell",
          target.pod,
          "--cluster",
          cluster,
          "--namespace",
          target.namespace,
          "--container",
          target.container,
          ...(target.debug ? ["--debug"] : []),
          ...reasoned(why),
        );
    }
  },
} as const;
