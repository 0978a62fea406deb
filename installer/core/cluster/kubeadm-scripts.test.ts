import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { joinScript } from "./kubeadm-scripts.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slipway-kubeadm-"));
  for (const folder of ["etc/kubernetes", "usr/local/bin", "var/lib/slipway"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (path: string): string => join(root, path);

/** Runs the script in a tree of its own, with a kubeadm that keeps what kubelet would be started with and ends with `code`. */
const joined = (args: readonly string[], code = 0): number | null => {
  writeFileSync(
    at("usr/local/bin/kubeadm"),
    `#!/bin/sh
cat ${at("run/slipway/kubelet-join.env")} > ${at("seen")} 2>/dev/null
printf 'clusters:\\n- cluster:\\n    server: https://10.0.0.10:6443\\n  name: x\\n' > ${at("etc/kubernetes/kubelet.conf")}
exit ${code}
`,
    { mode: 0o755 },
  );
  const script = joinScript.replaceAll(
    /\/(?=etc\/kubernetes|usr\/local\/bin|var\/lib|run\/slipway)/g,
    `${root}/`,
  );
  return spawnSync("sh", ["-c", script, "sh", "6443", ...args], { stdio: "ignore" }).status;
};

const text = (path: string): string => readFileSync(at(path), "utf8");

describe("a control plane that joins", () => {
  const args = ["control-plane", "https://10.0.0.12:6443", "role=x:NoSchedule"];

  test("has a kubelet that begins with the cluster's endpoint and the node's taints", () => {
    expect(joined(args)).toBe(0);
    expect(text("seen")).toBe(
      `KUBELET_KUBECONFIG_ARGS="--bootstrap-kubeconfig=${at("run/slipway/discovery.conf")} --kubeconfig=${at("etc/kubernetes/kubelet.conf")} --register-with-taints=role=x:NoSchedule"\n`,
    );
  });

  test("is told of its own API server in the end, and nothing of the join stays", () => {
    expect(joined(args)).toBe(0);
    expect(text("etc/kubernetes/kubelet.conf")).toBe(
      "clusters:\n- cluster:\n    server: https://10.0.0.12:6443\n  name: x\n",
    );
    expect(existsSync(at("run/slipway/kubelet-join.env"))).toBe(false);
    expect(text("var/lib/slipway/kubernetes-stage")).toBe("joined\n");
  });

  test("is not a member when kubeadm fails", () => {
    expect(joined(args, 1)).toBe(1);
    expect(text("var/lib/slipway/kubernetes-stage")).toBe("joining\n");
  });
});

test("a worker keeps the endpoint, and its kubelet is started as kubeadm says", () => {
  expect(joined(["worker", "https://10.0.0.14:6443", ""])).toBe(0);
  expect(text("seen")).toBe("");
  expect(text("etc/kubernetes/kubelet.conf")).toContain("https://10.0.0.10:6443");
});
