import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../support/engine-process.ts";

/**
 * Asks a real engine everything its OpenAPI document allows and much it does not, as each role in turn, with schemathesis
 * (https://schemathesis.readthedocs.io). Ends with 1 when an answer is a server error, or none of those documented.
 */
const root = join(import.meta.dirname, "..", "..");
const cache = process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway");
const examples = process.argv[2] ?? "10";

const run = (command: string, args: readonly string[], cwd = root): Promise<number> =>
  new Promise((resolve) => {
    spawn(command, args, { stdio: "inherit", cwd }).once("exit", (code) => resolve(code ?? 1));
  });

const schemathesis = async (): Promise<string> => {
  const folder = join(cache, "schemathesis");
  const program = join(folder, "bin", "schemathesis");
  if (existsSync(program)) return program;
  if ((await run("python3", ["-m", "venv", folder])) !== 0) throw new Error("no Python with venv");
  if ((await run(join(folder, "bin", "pip"), ["install", "--quiet", "schemathesis"])) !== 0) {
    throw new Error("schemathesis cannot be installed");
  }
  return program;
};

const roles = ["administrator", "operator", "viewer", "none"] as const;

/** Calls name addresses and paths at random, so they are made where there is no way out: a network of its own. */
const main = async (): Promise<number> => {
  const program = await schemathesis();
  if (process.env["SLIPWAY_API_INSIDE"] === undefined) {
    process.env["SLIPWAY_API_INSIDE"] = "yes";
    const inside = ["--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
    return run("unshare", [...inside, process.execPath, ...process.argv.slice(1)]);
  }
  const data = mkdtempSync(join(tmpdir(), "slipway-api-"));
  const engine = await startEngine(data, { SLIPWAY_REGISTRY: "off" }, ["--listen", "127.0.0.1:0"]);
  let failed = 0;
  try {
    const { addresses, authority } = await engine.client.console.status();
    const ca = join(data, "ca.pem");
    writeFileSync(ca, authority?.certificate ?? "");
    for (const role of roles) {
      const grants = role === "none" ? { clusters: {} } : { site: role, clusters: {} };
      const { value } = await engine.client.tokens.create({ name: role, grants });
      process.stdout.write(`\n== ${role}\n`);
      const asked = [
        "run",
        join(root, "docs", "openapi.json"),
        ...["--url", `${addresses[0] ?? ""}/api`],
        ...["--header", `Authorization: Bearer ${value}`],
        ...["--tls-verify", ca],
        ...[
          "--checks",
          "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ],
        ...["--exclude-path", "/engine/shutdown"],
        ...["--max-examples", examples],
        ...["--rate-limit", "40/s"],
        "--continue-on-failure",
      ];
      // It keeps notes in the folder it works in.
      const code = await run(program, asked, data);
      if (code !== 0) failed += 1;
    }
    const verdict = await engine.client.audit.verify();
    process.stdout.write(`audit log: ${verdict.entries} entries, ${verdict.whole ? "whole" : "NOT whole"}\n`);
    return failed === 0 && verdict.whole ? 0 : 1;
  } finally {
    await engine.stop();
    rmSync(data, { recursive: true, force: true });
  }
};

process.exitCode = await main();
