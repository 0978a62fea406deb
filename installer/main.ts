import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { env } = process;
const home = env["HOME"] ?? homedir();
// Halves the time to start. A folder of the user's own: whoever can write to it can run code as this user.
enableCompileCache(join(env["XDG_CACHE_HOME"] ?? join(home, ".cache"), "slipway", "compile"));

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const user = env["SUDO_USER"] ?? userInfo().username;

// A reader that closes the pipe (`slipway ... | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 74);
});

const { runCli } = await import("./cli/run.ts");
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env,
  version,
  user,
  userId: process.getuid?.(),
  home,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
  runEngine: async (settings) => {
    const { runEngine } = await import("./engine/run.ts");
    return runEngine(settings, { version, env, user, home });
  },
});
