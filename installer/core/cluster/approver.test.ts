import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { approverProgram, nodesFile } from "./approver.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "site-a",
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n2", address: "10.0.0.12" },
  ],
});

const request = (name: string): string =>
  Buffer.from(
    readFileSync(new URL(`../../../test/fixtures/requests/${name}.csr`, import.meta.url), "utf8"),
  ).toString("base64");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "approver-"));
  writeFileSync(join(folder, "nodes"), nodesFile(cluster, "https://10.0.0.11:6443"));
  writeFileSync(join(folder, "program"), approverProgram);
  // Lists what the test wrote, and says what it was asked to approve.
  writeFileSync(
    join(folder, "kubectl"),
    `#!/bin/sh\ncase "$*" in *" certificate approve "*) echo "approved $(echo "$*" | sed 's/.* //')" ;; *) cat ${join(folder, "list")} ;; esac\n`,
  );
  chmodSync(join(folder, "kubectl"), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const judged = (...lines: readonly string[]): string => {
  writeFileSync(join(folder, "list"), `${lines.join("\n")}\n`);
  return execFileSync("sh", [join(folder, "program")], {
    encoding: "utf8",
    env: { ...process.env, NODES: join(folder, "nodes"), KUBECTL: join(folder, "kubectl") },
  });
};

const NODES = "system:nodes,system:authenticated,";
const SERVING = "digital signature,server auth,";

describe("the approver on a control plane", () => {
  test("approves what a node asks for itself", () => {
    expect(judged(`csr-1 system:node:n1 ${request("good")} ${NODES} ${SERVING}`)).toBe("approved csr-1\n");
  });

  test.each([
    [
      "another machine's address",
      `system:node:n1 ${request("foreign")} ${NODES} ${SERVING}`,
      "it names 10.0.0.12",
    ],
    [
      "another node's subject",
      `system:node:n1 ${request("other")} ${NODES} ${SERVING}`,
      "its subject is not the node",
    ],
    ["no name at all", `system:node:n1 ${request("bare")} ${NODES} ${SERVING}`, "it names nothing"],
    [
      "to be a client, too",
      `system:node:n1 ${request("good")} ${NODES} ${SERVING}client auth,`,
      "it asks for the usage client_auth",
    ],
    [
      "no serving",
      `system:node:n1 ${request("good")} ${NODES} digital signature,`,
      "it does not ask for serving",
    ],
    ["as somebody else", `mallory ${request("good")} ${NODES} ${SERVING}`, "mallory is no node"],
    [
      "as a node of another cluster",
      `system:node:n9 ${request("good")} ${NODES} ${SERVING}`,
      "n9 is no machine of this cluster",
    ],
    [
      "without being among the nodes",
      `system:node:n1 ${request("good")} system:authenticated, ${SERVING}`,
      "it does not come from a node",
    ],
    [
      "with something that is no request",
      `system:node:n1 bm90aGluZw== ${NODES} ${SERVING}`,
      "it cannot be read",
    ],
  ])("leaves open what asks for %s", (...[, line, why]) => {
    const output = judged(`csr-2 ${line}`);
    expect(output).toContain(why);
    expect(output).not.toContain("approved");
  });

  test("goes on after one that it leaves open", () => {
    const output = judged(
      `csr-3 system:node:n1 ${request("foreign")} ${NODES} ${SERVING}`,
      `csr-4 system:node:n1 ${request("good")} ${NODES} ${SERVING}`,
    );
    expect(output).toContain("approved csr-4");
  });
});
